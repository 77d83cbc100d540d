"""What a figure depends on: the networks shown, and the rules that measure them for its tables."""

from lowrank import figures, measures
from lowrank.config import drawing
from lowrank.jobs import summary


def of_figures(settings: dict, specs: dict[str, dict], names: list[str]) -> dict[str, dict]:
    """Return what each figure depends on; `specs` maps the run's networks by key."""
    return {figure: of_figure(settings, specs, figure) for figure in names}


def of_figure(settings: dict, specs: dict[str, dict], figure: str) -> dict:
    """Return {title, keys, rules} of a figure; `specs` maps the run's networks by key."""
    declared = figures.declared(figure)
    tables = {*declared.tables, *(summary.TABLES if "summary" in declared.tables else ())}
    rules = {measure.rule for measure in measures.every() if measure.name in tables}
    return {"title": declared.title, "keys": _keys(settings, specs, figure), "rules": sorted(rules)}


def _keys(settings: dict, specs: dict[str, dict], figure: str) -> list[str]:
    """List the networks shown: the g that the figure names, or all; all seeds, or one for some figures and LSTMs."""
    own, declared = settings["figures"][figure], figures.declared(figure)
    if declared.of_lstm:
        return [f"sentiment/seed{drawing.seed(settings, figure)}"]
    strengths = {g for key, kind in declared.settings.items() if f"{kind}".endswith("Strengths") for g in own[key]}
    strengths |= {
        g for other, keys in declared.borrowed.items() if "g" in keys for g in settings["figures"][other]["g"]
    }
    strengths |= {own[key] for key, kind in declared.settings.items() if kind == "Strength"}
    seeds = [drawing.seed(settings, figure)] if declared.one_seed else {spec["seed"] for spec in specs.values()}
    return [
        key
        for key, spec in specs.items()
        if spec["task"] in drawing.networks(settings, figure)
        and spec["seed"] in seeds
        and (not strengths or spec["g"] in strengths)
    ]
