"""What the jobs of each stage are told: the modules they run, the fingerprint of that code, and their settings."""

from . import claims, measures
from .measures import Measure

OTHER = {  # stages that are neither a training nor a measure
    "gather": ["gather"],
    "summary": ["summary"],
    "theory": ["theory"],
    "claims": ["claims", *claims.modules()],
    "compute": ["compute"],
    "claims_page": ["claims_page"],
    "page": ["page"],
    "report": ["report"],
    "comparison": ["comparison"],
    "archive": ["archive"],
    "verify": ["verify", "crate.verify"],
    "sentiment_data": ["lowrank.sentiment.prepare"],
    "train_sentiment": ["lowrank.sentiment.training"],
    **{f"fig{n}": ["figure", f"lowrank.figures.fig{n}"] for n in (*range(1, 6), "S_lstm")},
    **{f"fig{n}_published": ["figure_published", f"lowrank.figures.fig{n}"] for n in range(1, 6)},
}


def stages(settings: dict) -> list[str]:
    """All stages of a run, those that run a task's own code once for each task: `fig1`, `truncate romo`."""
    every = [f"train {task}" for task in settings["tasks"]]
    for measure in measures.every():
        every += dict.fromkeys(of_task(measure, task) for task in settings["tasks"])
    return [*OTHER, *every]


def of_task(measure: type[Measure], task: str) -> str:
    """The stage that takes a measure of a task's networks; the task matters where its own code is run."""
    return f"{measure.rule} {task}" if measure.runs_task and not measure.of_lstm else measure.rule


def roots(settings: dict, stage: str) -> list[str]:
    """The modules that a stage (`fig1`, `truncate romo`) starts from; those loaded by name are named."""
    name, _, task = stage.partition(" ")
    own = [f"lowrank.tasks.{settings['tasks'][task]['module']}"] if task else []
    if name == "train":
        return ["lowrank.training", f"lowrank.kernels.{settings['tasks'][task]['kernel']}", *own]
    if measure := measures.by_rule(name):
        return ["measure", f"lowrank.measures.{measure.name}", *own]
    return OTHER[name]


def order(plan: dict, stage: str, **settings) -> dict:
    """What a job of a stage is told: the code that was planned and all the settings that it uses, no more."""
    return {"roots": roots(plan["config"], stage), "code": plan["code"][stage], **settings}
