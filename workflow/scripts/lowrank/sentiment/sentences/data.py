"""Sentences as numbers, the input of training and measures."""

from dataclasses import dataclass, fields

import numpy as np

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Sentences:
    """The sentences of one split, concatenated."""

    words: np.ndarray  # (tokens,) int32, rows of the word vectors
    lengths: np.ndarray  # (n,) int32
    labels: np.ndarray  # (n,) int8: 1 is positive

    def __len__(self) -> int:
        return len(self.lengths)

    def padded(self, chosen: np.ndarray) -> np.ndarray:
        """Words (steps, chosen) of the chosen sentences, time first, padded with 0, the index of the zero vector."""
        lengths = self.lengths[chosen]
        starts = np.cumsum(self.lengths, dtype=np.int64)[chosen] - lengths
        steps = np.arange(lengths.max())[:, None]
        index = np.minimum(starts + steps, len(self.words) - 1)
        return np.where(steps < lengths, self.words[index], 0)


@dataclass(frozen=True)
class Data:
    """All sentences and the fixed vectors of their words."""

    vectors: np.ndarray  # (words + 1, dimensions) float32; row 0, for padding and unknown words, is 0
    train: Sentences
    validation: Sentences
    test: Sentences

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all arrays by name, as stored in a file."""
        parts = {f"{split}.{name}": part for split in SPLITS for name, part in vars(getattr(self, split)).items()}
        return {"vectors": self.vectors} | parts

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray]) -> "Data":
        """Rebuild the data from its `arrays`."""
        names = [field.name for field in fields(Sentences)]
        splits = {split: Sentences(*(arrays[f"{split}.{name}"] for name in names)) for split in SPLITS}
        return cls(arrays["vectors"], **splits)
