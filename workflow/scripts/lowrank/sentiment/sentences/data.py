"""The sentences as numbers: what training and measures read."""

from dataclasses import dataclass, fields

import numpy as np

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Sentences:
    """Sentences of a split, one after another."""

    words: np.ndarray  # (tokens,) int32, rows of the word vectors
    lengths: np.ndarray  # (n,) int32
    labels: np.ndarray  # (n,) int8: 1 is positive

    def __len__(self) -> int:
        return len(self.lengths)

    def padded(self, chosen: np.ndarray) -> np.ndarray:
        """The words (steps, chosen) of some sentences, time first; after a sentence's end 0, the zero vector."""
        lengths = self.lengths[chosen]
        starts = np.cumsum(self.lengths, dtype=np.int64)[chosen] - lengths
        steps = np.arange(lengths.max())[:, None]
        place = np.minimum(starts + steps, len(self.words) - 1)
        return np.where(steps < lengths, self.words[place], 0)


@dataclass(frozen=True)
class Data:
    """All sentences, and the frozen vectors of their words."""

    vectors: np.ndarray  # (words + 1, dimensions) float32; row 0, of padding and unknown words, is 0
    train: Sentences
    validation: Sentences
    test: Sentences

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it by name, as it is kept in a file."""
        parts = {f"{split}.{name}": part for split in SPLITS for name, part in vars(getattr(self, split)).items()}
        return {"vectors": self.vectors} | parts

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray]) -> "Data":
        """The data that gave these `arrays`."""
        names = [field.name for field in fields(Sentences)]
        splits = {split: Sentences(*(arrays[f"{split}.{name}"] for name in names)) for split in SPLITS}
        return cls(arrays["vectors"], **splits)
