"""Write the comparison with the published curves as a Markdown page, by panel and series."""

import pandas as pd

from . import readings

HEAD = """# Published and reproduced curves: the run `{run}`

Each published point was read off the paper's figure. *Distance* is the difference of our mean and the published value
over what the two may differ by: the reading's error, and the spread over networks (the standard deviation of the
difference of two means, from the networks' own scatter here and, where the paper draws a band, there). If both came
from the same distribution, two thirds of the distances would be below 1 and one in twenty above 2; the points of a
curve are not independent, since they come from the same networks. A dash: the spread is unknown, since there is only
one network on each side. Root mean square differences are in the units of the axis.
"""


def page(table: pd.DataFrame, run: str) -> str:
    """Return a page with one table per figure, from the table `comparison`."""
    lines = [HEAD.format(run=run)]
    if table.empty:
        return HEAD.format(run=run) + "\nThe paper shows no curves for the networks of this run.\n"
    for figure, rows in table.groupby("figure"):
        lines += [f"## {readings(figure).title or f'Figure {figure}'}", ""]
        lines += ["| panel | curve | points | rms difference | median distance | largest distance | at |"]
        lines += ["| --- | --- | ---: | ---: | ---: | ---: | --- |"]
        curves = ["panel", "series"] if readings(figure).along_g else ["panel", "series", "g"]
        lines += [_row(key, points) for key, points in rows.groupby(curves, dropna=False)]
        lines += [""]
    return "\n".join(lines)


def _row(key: tuple, points: pd.DataFrame) -> str:
    panel, series, *g = key
    name = series if not g or pd.isna(g[0]) else f"{series}, g = {g[0]:g}"
    rms = (points["ours"] - points["published"]).pow(2).mean() ** 0.5
    known = points.dropna(subset="distance")
    cells = ["–", "–", ""]
    if len(known):
        worst = known.loc[known["distance"].idxmax()]
        cells = [f"{known['distance'].median():.1f}", f"{worst['distance']:.1f}", f"x = {worst['x']:g}"]
    return f"| {panel} | {' | '.join([name, f'{len(points)}', f'{rms:.2g}', *cells])} |"
