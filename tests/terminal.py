"""A real terminal, tmux, in which a test types and sees what is on the screen."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from processes import wait

needed = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


class Terminal:
    """A shell of so many columns and rows, with a server of tmux of its own."""

    def __init__(self, folder: Path, socket: Path, columns: int, rows: int, **environment: str):
        self.tmux = ["tmux", "-S", str(socket), "-f", os.devnull]
        words = ["env", "-u", "LOWRANK_PLAN", *(f"{name}={value}" for name, value in environment.items())]
        shell = shlex.join([*words, "PS1=$ ", "bash", "--norc", "-i"])
        self("new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(folder), shell)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_) -> None:
        self("kill-server")

    def __call__(self, *words: str) -> str:
        return subprocess.run([*self.tmux, *words], capture_output=True, text=True, check=True).stdout

    def type(self, *keys: str) -> None:
        """Press keys, by their names or as text."""
        self("send-keys", *keys)

    def text(self, *options: str) -> str:
        """All that is and was on the screen; with `-e` the codes of colours, too."""
        return self("capture-pane", "-p", "-S", "-", *options)

    def shows(self, *texts: str) -> str:
        """Wait for some texts to be on the screen together, and return all that is there then."""

        def found() -> str:
            seen = self.text()
            return seen if all(text in seen for text in texts) else ""

        return wait(found, lambda: f"{texts} are not all on the screen:\n{self.text()}")

    def has_cursor(self) -> bool:
        return self("display-message", "-p", "#{cursor_flag}").strip() == "1"
