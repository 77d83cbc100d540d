"""Sentences of film reviews with people's mean ratings: nearly the Treebank's, where that cannot be had.

A line is `number <tab> mean rating from -4 to 4 <tab> sentence`. Source: Hutto & Gilbert 2014.
"""

import re
from collections.abc import Iterable

from ...core.problems import Problem
from ...core.streams import named
from .trees import Sentence

# Words with their hyphens, the parts of don't and it's as the Penn Treebank has them, and all else sign by sign.
TOKEN = re.compile(r"n't\b|'(?:s|re|ve|ll|d|m)\b|\w+(?=n't\b)|\w+(?:-\w+)*|''|``|\.\.\.|[^\w\s]", re.IGNORECASE)
SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def sentences(lines: Iterable[str], where: str) -> list[Sentence]:
    """The sentences that are not rated zero; Problem, naming `where` and the line, if one is malformed or all are."""
    found = []
    for number, line in enumerate(lines, 1):
        try:
            _, rating, text = line.split("\t")
            rating = float(rating)
        except ValueError as error:
            raise Problem(f"{where}, line {number}: it is not number, rating and sentence") from error
        if rating:
            found.append((TOKEN.findall(text), int(rating > 0)))
    if not found:
        raise Problem(f"{where} holds no sentence that is rated positive or negative")
    return found


def split(found: list[Sentence]) -> dict[str, list[Sentence]]:
    """The sentences as train, validation and test, drawn from a stream of their own: the same ones in every run."""
    order = named("split of the reviews").permutation(len(found))
    parts, start, share = {}, 0, 0.0
    for name, part in SHARES.items():
        share += part
        end = round(share * len(found))
        parts[name] = [found[index] for index in order[start:end]]
        start = end
    return parts
