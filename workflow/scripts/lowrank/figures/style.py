"""The look of all figures: fonts, sizes, colours, axes in units of the initial loss; and how they are saved."""

from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path

import matplotlib as mpl
import matplotlib.style
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.legend_handler import HandlerTuple
from matplotlib.mathtext import MathTextParser
from matplotlib.ticker import MaxNLocator
from pandas import DataFrame

from ..core.errors import UserError
from ..core.files import atomic

WIDTH = 5.5  # inches: the NeurIPS text width; figures are drawn at final size
TITLE, LABEL, SMALL = 9, 8, 7  # points
MOST = 6  # upper limit of loss axes, in units of L0
DARKEST = 0.42  # brightness of a hue's darkest shade, relative to the plain colour

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", (0, (4, 1.2)), (0, (1, 1)), (0, (6, 1, 1, 1)))

RC = {
    "font.family": ["STIXGeneral", "DejaVu Sans"],  # bundled with matplotlib: the same on all machines
    "mathtext.fontset": "stix",
    "pdf.fonttype": 42,  # TrueType, as journals require
    "font.size": LABEL,
    "axes.labelsize": LABEL,
    "axes.titlesize": TITLE,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.handlelength": 1.2,
    "legend.handletextpad": 0.5,
    "legend.borderpad": 0,
    "legend.borderaxespad": 0,
    "legend.labelspacing": 0.2,
    "legend.columnspacing": 1.2,
    "lines.linewidth": 1.2,
    "lines.markersize": 2.4,
    "axes.linewidth": 0.6,
    "axes.edgecolor": "0.35",
    "axes.labelpad": 2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.pad": 2,
    "ytick.major.pad": 2,
}
METADATA = {".pdf": {"CreationDate": None, "Creator": None, "Producer": None}, ".png": {"Software": None}}


def context():
    """Return the style, based on matplotlib's defaults rather than the user's; a context manager or a decorator."""
    return mpl.style.context(["default", RC])


def save(figure: Figure, paths: Iterable[str | Path]) -> None:
    """Write the figure to files by suffix, .pdf or .png; the same figure gives the same bytes."""
    with context():
        for path in map(Path, paths):
            with atomic(path) as temporary:
                figure.savefig(temporary, format=path.suffix[1:], dpi=300, metadata=METADATA[path.suffix])


def colors(tasks: Sequence[str], given: dict) -> dict:
    """Assign each task the config's colour or else one of seaborn's that differs from the paper's three."""
    spare = cycle(sns.color_palette("tab10")[3:])
    return {task: given.get(task) or next(spare) for task in tasks}


def label(figures: dict, task: str) -> str:
    """Return a task's label in figures; raise UserError if the fonts bundled with Matplotlib cannot render it."""
    text = figures["labels"].get(task, task)
    setting = f"figures.labels.{task} = {text!r}"
    try:
        if is_math_text(text):
            MathTextParser("path").parse(text)
    except ValueError as error:
        raise UserError(f"{setting} is not valid mathtext: {f'{error}'.strip().splitlines()[-1]}") from error
    fonts = [get_font(findfont(FontProperties(family=family))) for family in RC["font.family"]]
    lacking = [c for c in text if c.isprintable() and not any(font.get_char_index(ord(c)) for font in fonts)]
    if lacking:
        raise UserError(f"{setting}: the figures' fonts have no {' '.join(dict.fromkeys(lacking))}: use another script")
    return text


def markers(tasks: Sequence[str]) -> dict[str, str]:
    """Assign a marker to each task, in order, so that tasks can be told apart without colour."""
    return dict(zip(tasks, cycle(MARKERS), strict=False))


def dashes(tasks: Sequence[str]) -> dict:
    """Assign a line style to each task, in order, for lines without markers."""
    return dict(zip(tasks, cycle(DASHES), strict=False))


def shades(color, strengths: Iterable[float]) -> dict:
    """Return a shade of the colour for each g: the plain colour for the largest, darker for smaller ones."""
    strengths = sorted(strengths, reverse=True)
    factors = np.linspace(1, DARKEST, len(strengths))
    return {g: tuple(factor * np.array(mpl.colors.to_rgb(color))) for g, factor in zip(strengths, factors, strict=True)}


def rising(shades: dict) -> dict:
    """Return shades in the order of g, as legends list them."""
    return dict(sorted(shades.items()))


def letter(ax: Axes, text: str, left: float = 24) -> None:
    """Write a panel's letter above its upper left corner, `left` points outside."""
    ax.annotate(f"({text})", (0, 1), (-left, 6), xycoords="axes fraction", textcoords="offset points", fontsize=LABEL)


class SideBySide(HandlerTuple):
    """Legend handler that draws several handles of one entry side by side."""

    def __init__(self):
        super().__init__(ndivide=None, pad=0.4)


def values(rows: DataFrame, column: str) -> np.ndarray:
    """Return a column as floats, with null as NaN."""
    return rows[column].to_numpy(float, na_value=np.nan)


def ticks(axis: Axis, most: int, steps: Sequence[float] = (1, 2, 3, 5, 10), integer: bool = False) -> None:
    """Set at most `most` tick intervals, of `steps` times a power of ten, with the shortest labels."""
    axis.set_major_locator(MaxNLocator(most, steps=steps, integer=integer))
    axis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))


def same_height(axes: Sequence[Axes]) -> None:
    """Set the same y limits for all axes, wide enough for each."""
    limits = [ax.get_ylim() for ax in axes]
    for ax in axes:
        ax.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))


def loss_axis(ax: Axes, losses: np.ndarray, share: float = 1) -> None:
    """Set a y axis for losses over L0: from 0 to L0 or the quantile `share` of the losses, at most MOST."""
    finite = losses[np.isfinite(losses)]
    top = np.clip(1.05 * np.quantile(finite, share), 1.12, MOST) if len(finite) else 1.12
    high = [int(top)] if top >= 2 else []
    ax.set_yticks([0, 1, *high], ["0", "$L_0$", *(f"${tick}\\,L_0$" for tick in high)])
    ax.set_ylim(-0.06 * top, top)
    ax.axhline(1, color="0.8", linewidth=0.6, zorder=0)
