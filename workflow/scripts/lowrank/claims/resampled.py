"""The bootstrap: a run whose networks are drawn again, with replacement, from those of the same task and g."""

from functools import cache

import numpy as np
import pandas as pd

from ..core.streams import named
from .base import Run


class Original(Run):
    """A run that keeps what was asked of it, with the positions of each network's rows."""

    def __init__(self, run: Run):
        super().__init__(run.tables, run.tasks)
        self.selected = cache(self._selected)

    def _selected(self, table: str, where: tuple) -> tuple[pd.DataFrame, dict]:
        """Return the rows that meet the conditions, and their positions by (task, g) and seed."""
        rows = self.rows(table, **dict(where))
        if "seed" not in rows:
            return rows, {}
        of = [name for name in ("task", "g") if name in rows]
        found: dict[tuple, dict[int, np.ndarray]] = {}
        for key, positions in rows.groupby([*of, "seed"], sort=False).indices.items():
            *group, seed = key if of else (key if isinstance(key, tuple) else (key,))
            found.setdefault(tuple(group), {})[seed] = positions
        return rows, found


class Resampled(Run):
    """One resample, by its number: the same networks for every claim, numbered anew as seeds."""

    def __init__(self, original: Original, number: int):
        super().__init__(original.tables, original.tasks)
        self.original = original
        self.drawn = cache(lambda group, count: named("bootstrap", number, *map(str, group)).integers(0, count, count))

    def rows(self, table: str, **where) -> pd.DataFrame:
        rows, networks = self.original.selected(table, tuple(sorted(where.items())))
        if not networks:
            return rows
        positions, seeds = [], []
        for group, by_seed in networks.items():
            every = [by_seed[seed] for seed in sorted(by_seed)]
            for seed, drawn in enumerate(self.drawn(group, len(every))):
                positions.append(every[drawn])
                seeds.append(np.full(len(every[drawn]), seed))
        return rows.take(np.concatenate(positions)).assign(seed=np.concatenate(seeds))
