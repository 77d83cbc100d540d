"""A tiny treebank and word vectors, written where a test wants them."""

from pathlib import Path

import numpy as np

WORDS = {"good": 1.0, "fine": 0.8, "Lovely": 0.9, "bad": -1.0, "dull": -0.8, "awful": -0.9, "film": 0.0, "the": 0.0}
SPLITS = {"train": 24, "dev": 10, "test": 6}
DIMENSIONS = 3


def tree(tokens: list[str], label: int) -> str:
    """Tokens as a tree that branches to the right."""
    leaves = [f"(2 {token})" for token in tokens]
    text = leaves.pop()
    while leaves:
        text = f"(2 {leaves.pop()} {text})"
    return f"({label}{text[2:]}"


def treebank(folder: Path, end: str = "\n") -> Path:
    """Files of trees: of like many positive and negative sentences, and one neutral one; from 2 to 6 words long."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(5)
    for name, number in SPLITS.items():
        lines = [tree(["the", "film"], 2)]
        for index in range(number):
            positive = index % 2 == 0
            words = [word for word, value in WORDS.items() if (value > 0) == positive and value]
            tokens = [str(rng.choice(words)), *["the", "film", ".", "unheard-of"][: 1 + index % 4]]
            lines.append(tree(list(rng.permutation(tokens)), 3 + index % 4 // 2 if positive else index % 4 // 2))
        (folder / f"{name}.txt").write_text("".join(line + end for line in lines), newline="")
    return folder


def vectors(path: Path, end: str = "\n") -> Path:
    """Vectors of the words in lower case, and of one that does not occur."""
    rng = np.random.default_rng(6)
    lines = [
        f"{word.lower()} {value} {rng.normal():.4f} {rng.normal():.4f}" for word, value in [*WORDS.items(), ("car", 1)]
    ]
    path.write_text("".join(line + end for line in lines), newline="")
    return path
