"""What a figure needs: the networks that it shows, and the rules that measure them for its tables."""

from .. import measures, shown, summary

TITLES = {"figS_lstm": "Supplement, LSTM"}


def of_figures(settings: dict, specs: dict[str, dict], figures: list[str]) -> dict[str, dict]:
    """What each of some figures needs; `specs` are the run's networks by place."""
    return {figure: of_figure(settings, specs, figure) for figure in figures}


def of_figure(settings: dict, specs: dict[str, dict], figure: str) -> dict:
    """{title, places, rules} of a figure; `specs` are the run's networks by place."""
    tables = {*shown.TABLES[figure], *(summary.TABLES if "summary" in shown.TABLES[figure] else ())}
    rules = {measure.rule for measure in measures.every() if measure.name in tables}
    title = TITLES.get(figure, figure.replace("fig", "Figure "))
    return {"title": title, "places": _places(settings, specs, figure), "rules": sorted(rules)}


def _places(settings: dict, specs: dict[str, dict], figure: str) -> list[str]:
    """Of a task those g that the figure names, or all; Figure 1 shows one seed, and so do those of the LSTM."""
    own = settings["figures"][figure]
    if "tasks" not in own:
        return [f"sentiment/seed{own['seed']}"]
    strengths = {*own["g"], own.get("trial_g")} if "g" in own else None
    seeds = [own["seed"]] if figure == "fig1" else settings["seeds"]
    return [
        place
        for place, spec in specs.items()
        if spec["task"] in shown.tasks(settings, figure)
        and spec["seed"] in seeds
        and (strengths is None or spec["g"] in strengths)
    ]
