"""A page of text: a word, and beside it what is to be said."""

import textwrap

HEAD, WIDTH = 13, 112
MOST = 12  # rows, curves or networks that are listed


class Page:
    """Lines as they will be printed."""

    def __init__(self, title: str):
        self.lines = [title]

    def add(self, head: str, text: str) -> None:
        """A paragraph; a `head` in capitals begins a part of the page."""
        if head.isupper():
            self.lines.append("")
        room = " " * HEAD
        for number, part in enumerate(text.split("\n")):
            first = f"{head:<{HEAD}}" if number == 0 else room
            self.lines += textwrap.wrap(part, WIDTH, initial_indent=first, subsequent_indent=f"{room}  ") or [first]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def numbers(found: dict) -> str:
    """Names and values in one line, as short as they are exact enough to be found again."""
    return ", ".join(f"{name} {short(value)}" for name, value in found.items())


def short(value) -> str:
    """A value in a few characters."""
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list):
        return f"[{', '.join(map(short, value))}]"
    return f"{value}"
