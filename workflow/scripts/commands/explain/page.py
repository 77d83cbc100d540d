"""A page of text: a keyword, with its text beside it."""

import textwrap

HEAD, WIDTH = 13, 112
MOST = 12  # rows, curves or networks to list


class Page:
    """The lines to print."""

    def __init__(self, title: str):
        self.lines = [title]

    def add(self, head: str, text: str) -> None:
        """Add a paragraph; a `head` in capitals starts a new section."""
        if head.isupper():
            self.lines.append("")
        room = " " * HEAD
        for number, part in enumerate(text.split("\n")):
            first = f"{head:<{HEAD}}" if number == 0 else room
            self.lines += textwrap.wrap(part, WIDTH, initial_indent=first, subsequent_indent=f"{room}  ") or [first]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def numbers(found: dict) -> str:
    """Format names and values on one line, short but exact enough to find again."""
    return ", ".join(f"{name} {short(value)}" for name, value in found.items())


def short(value) -> str:
    """Format a value in a few characters."""
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list):
        return f"[{', '.join(map(short, value))}]"
    return f"{value}"
