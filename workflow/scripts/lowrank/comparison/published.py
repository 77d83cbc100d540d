"""The published curves as numbers, read off the figures: workflow/resources/published/, one file per figure."""

from pathlib import Path

import numpy as np
import pandas as pd

from ..core.errors import UserError

COLUMNS = ["panel", "series", "g", "target", "x_name", "x", "y_name", "y", "y_low", "y_high", "error"]
NETWORKS = {"1": 1, "2": 5, "3": 5, "4": 5, "5": 1}  # networks averaged in a published point
TASKS = {"Flip-flop": "flipflop", "Mante": "mante", "Romo": "romo"}  # by series name
DENSE = [("1", "e"), ("1", "f")]  # y_low and y_high are the extent of a column of pixels here, not a standard deviation


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
    sd = (rows["y_high"] - rows["y_low"]) / 2 * np.sqrt(NETWORKS[figure] / max(NETWORKS[figure] - 1, 1))
    sd = sd.mask([(figure, panel) in DENSE for panel in rows["panel"]])
    found = rows[["panel", "series", "g", "target", "x", "error"]].assign(published=rows["y"], sd=sd)
    return found.assign(figure=figure, networks=NETWORKS[figure]).reset_index(drop=True)
