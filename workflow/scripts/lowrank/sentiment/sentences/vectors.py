"""Word vectors as text in GloVe's format: per line, a word and its numbers (Pennington et al. 2014)."""

from collections.abc import Iterable

import numpy as np

from ...core.errors import UserError


def select(lines: Iterable[str], words: set[str], dimensions: int, where: str) -> dict[str, np.ndarray]:
    """Return the vectors (dimensions,), float32, of the given words that occur.

    Raise UserError, naming `where` and the line, if a line has another length or a word's numbers are invalid.
    """
    found, number = {}, 0
    for number, line in enumerate(lines, 1):
        word, *numbers = line.rstrip().rsplit(" ", dimensions)
        if len(numbers) != dimensions or " " in word:
            length = len(line.split()) - 1
            raise UserError(f"{where}, line {number}: {length} numbers after the word instead of {dimensions}")
        if word in words:
            found[word] = _vector(numbers, f"{where}, line {number}")
    if not number:
        raise UserError(f"{where} is empty")
    return found


def _vector(numbers: list[str], where: str) -> np.ndarray:
    try:
        vector = np.array(numbers, np.float32)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error
    if not np.isfinite(vector).all():
        raise UserError(f"{where}: a number that is not finite")
    return vector
