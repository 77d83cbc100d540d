"""On a terminal: one screen that stays, with what is said meanwhile above it."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from . import words
from .left import Left
from .state import Run, State, name

PER_SECOND = 1
WIDE, BAR = 72, 24  # columns: a narrower window has no bars
COLOURS = {
    State.RUNNING: "cyan",
    State.WAITING: "yellow",
    State.FAILED: "red",
    State.BLOCKED: "red",
    State.LEFT: "dim",
}
HOLD = 2.0  # seconds until what a job prints is shown; by then it is known whether the job failed or was interrupted


def is_drawable(stream: TextIO) -> bool:
    """Return True for a terminal on which lines can be drawn again."""
    return stream.isatty() and not Console(file=stream).is_dumb_terminal


class Screen:
    """Draw the run each second. What jobs print meanwhile goes above it, if `is_news` says so of the line."""

    def __init__(self, stream: TextIO, present: Callable, is_news: Callable[[str], bool], no_colour: bool):
        self.present = present
        self.terminal = os.fdopen(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors="replace")
        self.console = Console(file=self.terminal, no_color=no_colour or None, highlight=False)
        self.live = None
        self.live = Live(
            console=self.console,
            get_renderable=self._draw,
            refresh_per_second=PER_SECOND,
            vertical_overflow="crop",
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self.others = Diverted(lambda line: is_news(line) and self.say(line))
        self.live.start()

    def say(self, text: str, style: str = "") -> None:
        """Print a text above the screen."""
        self.console.print(Text(text, style=style), soft_wrap=True)

    def close(self) -> None:
        """Leave the terminal as it was found, below what was drawn last."""
        self.others.close()
        self.live.stop()
        self.console.print()
        self.terminal.close()

    def _draw(self) -> RenderableType:
        if not self.live:  # Live draws when it is made, too; but the first time takes long
            return ""
        self.console.size = os.get_terminal_size(self.terminal.fileno())
        return self.present(partial(drawn, size=self.console.size))


def drawn(run: Run, left: Left, size: tuple[int, int]) -> RenderableType:
    """Return the screen of a run: a line for each stage, and as many jobs under way as there is room for."""
    width, height = size
    stages, jobs = (Table.grid(padding=(0, 2, 0, 0)) for _ in range(2))
    for stage, counts in run.in_order():
        bar = [ProgressBar(sum(counts.values()), counts[State.DONE], width=BAR)] if width >= WIDE else []
        stages.add_row(_line(stage), *bar, _line(*_counts(counts)))
    steps, room = run.under_way(), max(height - len(run.stages) - 6, 1)
    for step in steps[:room]:
        jobs.add_row(_line(name(step.job)), _line(words.progress(step, run.clock())))
    more = [_line((f"and {len(steps) - room} more", "dim"))] if len(steps) > room else []
    return Group("", Text(words.headline(run, left), "bold"), "", stages, *(["", jobs, *more] if steps else []))


def _counts(counts: dict[State, int]) -> Iterator[str | tuple[str, str]]:
    yield f"{counts[State.DONE]} of {sum(counts.values())}"
    for state, colour in COLOURS.items():
        if counts[state]:
            yield ", "
            yield f"{counts[state]} {state}", colour


def _line(*parts: str | tuple[str, str]) -> Text:
    return Text.assemble(*parts, no_wrap=True, overflow="ellipsis")


class Diverted:
    """Take what this process and its jobs print on the terminal, line by line."""

    def __init__(self, take: Callable[[str], None]):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        self.kept = {number: os.dup(number) for number in (1, 2) if os.isatty(number)}
        reading, writing = os.pipe()
        for number in self.kept:
            os.dup2(writing, number)
        os.close(writing)
        self.ended = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(reading, take), daemon=True)
        self.reader.start()

    def close(self) -> None:
        """Let them print on the terminal again; what was printed before is taken first."""
        for number, terminal in self.kept.items():
            os.dup2(terminal, number)
            os.close(terminal)
        self.ended.set()
        self.reader.join(HOLD)  # a job that is still there holds the pipe open
        self.kept = {}

    def _read(self, reading: int, take: Callable[[str], None]) -> None:
        rest = b""
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            while chunk := pipe.read(65536):
                self.ended.wait(HOLD)
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    (take if self.kept else print)(line.decode(errors="replace"))
