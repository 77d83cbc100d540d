"""Sentences of film reviews with mean human ratings, close to the Treebank's; used where that is unavailable.

Lines are `number <tab> mean rating from -4 to 4 <tab> sentence`. Source: Hutto & Gilbert 2014.
"""

import re
from collections.abc import Iterable

from ...core.errors import UserError
from ...core.streams import named
from .trees import Sentence

# Words including hyphens, contractions such as don't and it's split as in the Penn Treebank, other signs one by one.
TOKEN = re.compile(r"n't\b|'(?:s|re|ve|ll|d|m)\b|\w+(?=n't\b)|\w+(?:-\w+)*|''|``|\.\.\.|[^\w\s]", re.IGNORECASE)
SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def sentences(lines: Iterable[str], where: str) -> list[Sentence]:
    """Return the sentences with a non-zero rating; UserError, naming `where` and the line, if one is malformed.

    Raise UserError, too, if none remain.
    """
    found = []
    for number, line in enumerate(lines, 1):
        try:
            _, rating, text = line.split("\t")
            rating = float(rating)
        except ValueError as error:
            raise UserError(f"{where}, line {number}: it is not number, rating and sentence") from error
        if rating:
            found.append((TOKEN.findall(text), int(rating > 0)))
    if not found:
        raise UserError(f"{where} holds no sentence that is rated positive or negative")
    return found


def split(found: list[Sentence]) -> dict[str, list[Sentence]]:
    """Split sentences randomly into train, validation and test; a dedicated stream gives every run the same split."""
    order = named("split of the reviews").permutation(len(found))
    parts, start, share = {}, 0, 0.0
    for name, part in SHARES.items():
        share += part
        end = round(share * len(found))
        parts[name] = [found[index] for index in order[start:end]]
        start = end
    return parts
