"""What each panel of a figure shows: rows of a table, the columns drawn, and what is done to them, in a phrase.

The one place that says so in words; the figure's own file does it. A test draws every figure and compares the letters.
`settings` are what a figure's `draw` takes: {colors, labels, targets, fig1: {...}}.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pandas import DataFrame

Select = Callable[[DataFrame], DataFrame]
SPREAD = "a line of means over seeds, a band of one standard deviation (ddof 0) to each side"
COLUMNS_OF_SUMMARY = {
    "convergence_epoch": "history: the first epoch with a loss below measure.threshold of L0",
    "norm_dW": "spectrum: the root of the sum of the squared singular values of dW",
    "shuffled_loss": "shuffle: the mean loss over repetitions",
    "initial_loss": "history: the loss at epoch 0",
    "functional_rank": "truncation: the smallest rank with a relative_loss below measure.threshold",
    "convergence_tau": "history: tau at convergence_epoch",
    "mean_gradient_norm": "history: the mean of gradient_norm up to convergence_epoch",
}


@dataclass(frozen=True)
class Panel:
    """A panel: `y` over `x`, a curve for each value of the columns `curves`."""

    text: str
    table: str
    x: str
    y: str
    curves: tuple[str, ...]
    rows: Select  # the table's rows that are drawn; y as it is before it is scaled
    drawn: str  # by which function of the figure's file
    besides: str = ""  # what else is in the panel, and from where
    columns: tuple[str, ...] = ()  # of the table, where y is made of several


def panels(figure: str, settings: dict) -> dict[str, Panel]:
    """The panels of a figure by their letters."""
    return FIGURES[figure](settings)


def _fig1(settings: dict) -> dict[str, Panel]:
    shown = settings["fig1"]
    rows = (_trial, _loss, _spectrum, _truncation)
    kinds = [(row, task) for row in rows for task in shown["tasks"]]
    return {chr(ord("a") + number): row(task, shown) for number, (row, task) in enumerate(kinds)}


def _of_network(task: str, shown: dict, strengths: list[float], keep: Select = lambda rows: rows) -> Select:
    def rows(table: DataFrame) -> DataFrame:
        own = table[(table["task"] == task) & (table["seed"] == shown["seed"]) & table["g"].isin(strengths)]
        return keep(own)

    return rows


def _trial(task: str, shown: dict) -> Panel:
    text = f"one test trial of the trained {task} network of g = {shown['trial_g']:g}: inputs, outputs, targets"
    rows = _of_network(task, shown, [shown["trial_g"]])
    return Panel(
        text, "trials", "time", "value", ("signal", "channel"), rows, "trials_panel", "dashed: where a phase ends"
    )


def _loss(task: str, shown: dict) -> Panel:
    last = shown["epochs"].get(task)
    text = f"loss over epochs of {task}, divided by L0: the loss at epoch 0 of g = {shown['g'][0]:g}"
    rows = _of_network(task, shown, shown["g"], lambda rows: rows[rows["epoch"] <= (last or rows["epoch"].max())])
    return Panel(text, "history", "epoch", "loss", ("g",), rows, "loss_panel")


def _spectrum(task: str, shown: dict) -> Panel:
    text = f"the first {shown['ranks']} singular values of dW of {task}, as they are"
    rows = _of_network(
        task, shown, shown["g"], lambda rows: rows[(rows["matrix"] == "dW") & (rows["index"] <= shown["ranks"])]
    )
    return Panel(text, "spectrum", "index", "singular_value", ("g",), rows, "spectrum_panel")


def _truncation(task: str, shown: dict) -> Panel:
    text = f"loss of {task} with dW cut to its first ranks (Eq. 4), divided by L0: that of rank 0 of g = "
    rows = _of_network(task, shown, shown["g"], lambda rows: rows[rows["rank"].between(1, shown["ranks"])])
    return Panel(f"{text}{shown['g'][0]:g}", "truncation", "rank", "loss", ("g",), rows, "truncation_panel")


def _fig2(settings: dict) -> dict[str, Panel]:
    from lowrank.figures import fig2  # only now, like the others: what draws takes seconds to import

    texts = {
        "convergence_epoch": ("the epoch at which training has converged", ()),
        "norm_dW": ("the Frobenius norm of the change dW of the connectivity", ()),
        "shuffled_ratio": (
            "loss after W0's elements were shuffled, divided by each network's own loss at epoch 0",
            ("shuffled_loss", "initial_loss"),
        ),
        "functional_rank": ("functional rank of dW", ()),
    }
    tasks = settings["fig2"]["tasks"]

    def rows(measure: str) -> Select:
        def select(summary: DataFrame) -> DataFrame:
            networks = fig2.complete(fig2.converged(summary), measure)
            return networks[networks["task"].isin(tasks)]

        return select

    note = f"{SPREAD}; only (task, g) of which all seeds converged"
    return {
        letter: Panel(f"{text} over g: {note}", "summary", "g", y, ("task",), rows(y), "spread", columns=of)
        for letter, (y, (text, of)) in zip("abcd", texts.items(), strict=True)
    }


def _fig3(settings: dict) -> dict[str, Panel]:
    shown, tasks = settings["fig3"], settings["fig3"]["tasks"]

    def trial(table: DataFrame) -> DataFrame:
        rows = table[table["task"].isin(tasks) & table["g"].isin(shown["g"]) & (table["seed"] == shown["seed"])]
        return rows[rows["signal"] != "target"]

    def until(task: str) -> Select:
        def rows(table: DataFrame) -> DataFrame:
            own = table[(table["task"] == task) & table["g"].isin(shown["g"])]
            own = own.assign(effective_time=own["tau"] / (1 - own["g"] ** 2) ** 2)
            own = own[own["effective_time"] <= shown["effective_time"].get(task, float("inf")) * (1 + 1e-9)]
            return own[own.groupby(["g", "seed"])["loss"].transform(lambda loss: loss.notna().all())]

        return rows

    text = "input and output of trained networks over the time since the input's onset; a dot is a target"
    found = [Panel(text, "trials", "time", "value", ("task", "g", "signal"), trial, "trial_panel")]
    theory = "dashed: third order of the theory (Eqs. 14, 15), from the table theory"
    for y, said, function in ("loss", "the loss", "loss_panel"), ("s1", "s1 and s2 of dW", "singular_values_panel"):
        for task in tasks:
            text = f"{said} of {task} over tau/(1 - g^2)^2: {SPREAD}; networks that diverged are left out"
            of = ("tau", "s1", "s2") if y == "s1" else ("tau", "loss")
            panel = Panel(text, "history", "effective_time", y, ("g",), until(task), function, theory, of)
            found.append(panel)
    return {chr(ord("a") + number): panel for number, panel in enumerate(found)}


def _fig4(settings: dict) -> dict[str, Panel]:
    from lowrank.figures import fig4

    tasks = settings["fig4"]["tasks"]
    texts = {
        "a": "learning time tau* until the loss is below measure.threshold of L0, divided by its mean at g = 0",
        "b": "Frobenius norm of dW, divided by its mean at g = 0",
        "c": "norm of the gradient, averaged until tau*, divided by its mean at g = 0",
        "d": "loss after W0's elements were shuffled, divided by L0 = target^2/2",
    }
    return {
        letter: Panel(
            f"{text}: {SPREAD}",
            "summary",
            "g",
            fig4.PANELS[letter][0],
            ("task",),
            lambda summary: fig4.converging(summary, tasks)[0],
            "points",
            "dashed: the theory's first order, a formula in the figure's file",
        )
        for letter, text in texts.items()
    }


def _of_seed(seed: int, **where) -> Select:
    def rows(table: DataFrame) -> DataFrame:
        own = table[table["seed"] == seed]
        for column, value in where.items():
            own = own[own[column] == value]
        return own

    return rows


def _singular_values(weight: str, seed: int) -> Panel:
    text = f"the singular values of {weight} of the LSTM: its change, what it became, and dashed what it was"
    rows = _of_seed(seed, weight=weight)
    return Panel(text, "sentiment_spectrum", "index", "singular_value", ("matrix",), rows, "spectrum_panel")


def _fig5(settings: dict) -> dict[str, Panel]:
    from lowrank.figures import fig5

    seed = settings["fig5"]["seed"]
    text = "accuracy on the validation sentences with W or dW cut to its first ranks: W1, W2 and U2 at once"
    final = "dashed: the last validation_accuracy of the table sentiment_history"

    def truncated(table: DataFrame) -> DataFrame:
        return table[(table["seed"] == seed) & table["truncated"].isin(["dW", "W"])]

    accuracy = Panel(
        text, "sentiment_truncation", "rank", "accuracy", ("truncated",), truncated, "accuracy_panel", final
    )
    return {"a": _singular_values(fig5.WEIGHT, seed), "b": accuracy}


def _supplement(settings: dict) -> dict[str, Panel]:
    from lowrank.figures import figS_lstm

    seed = settings["figS_lstm"]["seed"]
    learning = {
        letter: Panel(
            f"{measure} of the LSTM over epochs, on training (with dropout) and validation sentences",
            "sentiment_history",
            "epoch",
            f"validation_{measure}",
            (),
            _of_seed(seed),
            "learning_panel",
            columns=(f"train_{measure}", f"validation_{measure}"),
        )
        for letter, measure in (("a", "loss"), ("b", "accuracy"))
    }
    return learning | {letter: _singular_values(weight, seed) for letter, weight in figS_lstm.WEIGHTS.items()}


FIGURES = {"fig1": _fig1, "fig2": _fig2, "fig3": _fig3, "fig4": _fig4, "fig5": _fig5, "figS_lstm": _supplement}
