"""The published curves as numbers, read off the figures: workflow/resources/published/, one file per figure."""

from pathlib import Path

import numpy as np
import pandas as pd

from ..core.errors import UserError
from . import readings

COLUMNS = ["panel", "series", "g", "target", "x_name", "x", "y_name", "y", "y_low", "y_high", "error"]


def read(path: str | Path) -> pd.DataFrame:
    """Read the simulated points of a figure: figure, panel, series, g, target, x, published, error, sd, networks.

    `sd` is the standard deviation over the published networks (ddof = 1), NaN where no band is visible. The theory's
    curves are omitted: they are equations of the paper, not readings.
    """
    try:
        rows = pd.read_csv(path, dtype={"panel": str, "series": str})
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as a table of published points: {error}") from error
    if list(rows.columns) != COLUMNS:
        raise UserError(f"{path} does not have the columns {', '.join(COLUMNS)}")
    rows = rows[~rows["series"].str.contains("theory") & rows["x"].notna()]
    figure = Path(path).stem.removeprefix("fig")
    read = readings(figure)
    sd = (rows["y_high"] - rows["y_low"]) / 2 * np.sqrt(read.networks / max(read.networks - 1, 1))
    sd = sd.mask(rows["panel"].isin([*read.extents]))
    found = rows[["panel", "series", "g", "target", "x", "error"]].assign(published=rows["y"], sd=sd)
    return found.assign(figure=figure, networks=read.networks).reset_index(drop=True)
