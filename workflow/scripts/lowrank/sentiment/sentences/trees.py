"""Trees of the Stanford Sentiment Treebank: one sentence per line, each phrase labelled from 0 (very negative) to 4.

    (3 (2 It) (4 (4 (2 's) (3 lovely)) (2 .)))

Source: Socher et al. 2013, in Penn Treebank brackets. Some releases use the label 5 where all annotators gave a phrase
the most positive rating; it belongs to the top class, 4. A space within a token is U+00A0.
"""

import re
from collections.abc import Iterable

from ...core.errors import UserError

LEAF = re.compile(r"\([0-5] ([^ ()]+)\)")
NODE = re.compile(r"\([0-5](?: \0)+\)")
SPACES = re.compile(r"[ \t\r\n]+")
NEUTRAL = 2
ESCAPED = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", r"\/": "/", r"\*": "*"}
ESCAPE = re.compile("|".join(map(re.escape, ESCAPED)))

Sentence = tuple[list[str], int]  # tokens; 1 if positive, else 0


def tree(text: str) -> tuple[list[str], int]:
    """Parse a tree into its tokens and the label of its root; ValueError if `text` is not a tree."""
    text = SPACES.sub(" ", text).strip(" ")
    reduced, found = LEAF.sub("\0", text), 1
    while found:
        reduced, found = NODE.subn("\0", reduced)
    if reduced != "\0":
        raise ValueError("it is not one tree of (label token) and (label tree tree)")
    return [ESCAPE.sub(lambda match: ESCAPED[match[0]], token) for token in LEAF.findall(text)], int(text[1])


def sentences(lines: Iterable[str], where: str) -> list[Sentence]:
    """Return the sentences that are not neutral; UserError, naming `where` and the line, if one is malformed.

    Raise UserError, too, if none remain.
    """
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            tokens, label = tree(line)
        except ValueError as error:
            raise UserError(f"{where}, line {number}: {error}") from error
        if label != NEUTRAL:
            found.append((tokens, int(label > NEUTRAL)))
    if not found:
        raise UserError(f"{where} holds no sentence that is positive or negative")
    return found
