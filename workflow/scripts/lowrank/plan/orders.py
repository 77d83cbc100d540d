"""The orders given to jobs of each stage: root modules, the fingerprint of their code, and settings."""

from .. import claims, comparison, figures, measures
from ..measures import Measure
from ..training import kernels

PUBLISHED = "_published"  # suffix of the stage that draws a figure over the published curves
OTHER = {  # stages other than training, measures and figures
    "gather": ["gather"],
    "summary": ["summary"],
    "theory": ["theory"],
    "claims": ["claims", *claims.modules()],
    "compute": ["compute"],
    "claims_page": ["claims_page"],
    "page": ["page"],
    "report": ["report"],
    "comparison": ["comparison", *comparison.modules()],
    "archive": ["archive"],
    "verify": ["verify", "commands.archive.verify"],
    "sentiment_data": ["lowrank.sentiment.sentences.prepare"],
    "train_sentiment": ["lowrank.sentiment.training"],
}


def stages(settings: dict) -> list[str]:
    """List all stages of a run; stages that run a task's own code appear once per task: `fig1`, `truncate romo`."""
    every = [f"train {task}" for task in settings["tasks"]]
    for measure in measures.every():
        every += dict.fromkeys(of_task(measure, task) for task in settings["tasks"])
    variants = [f"{name}{PUBLISHED}" for name in figures.names() if figures.declared(name).published]
    return [*OTHER, *every, *figures.names(), *variants]


def of_task(measure: type[Measure], task: str) -> str:
    """Return the stage that takes a measure; it is specific to `task` only if the measure runs the task's code."""
    return f"{measure.rule} {task}" if measure.runs_task and not measure.of_lstm else measure.rule


def roots(settings: dict, stage: str) -> list[str]:
    """List the root modules of a stage (`fig1`, `truncate romo`), including modules that are imported by name."""
    name, _, task = stage.partition(" ")
    if name == "train":
        return trained_by(settings["tasks"][task])
    if measure := measures.by_rule(name):
        own = [f"lowrank.tasks.{settings['tasks'][task]['module']}"] if task else []
        return ["measure", f"lowrank.measures.{measure.name}", *own]
    if (figure := name.removesuffix(PUBLISHED)) in figures.names():
        readings = [] if name == figure else comparison.modules(figure)
        return ["figure" if name == figure else f"figure{PUBLISHED}", f"lowrank.figures.{figure}", *readings]
    return OTHER[name]


def trained_by(networks: dict) -> list[str]:
    """List the modules that make networks, given a spec or task settings; includes every kernel that may be chosen."""
    if "imported" in networks:
        return ["lowrank.jobs.importing", f"lowrank.tasks.{networks['module']}"]
    either = (f"lowrank.training.kernels.{name}" for name in (kernels.compiled_for(networks), "reference"))
    return ["lowrank.training.loop", *either, f"lowrank.tasks.{networks['module']}"]


def order(plan: dict, stage: str, **settings) -> dict:
    """Return the order of a job: the planned code and exactly the settings that the stage uses."""
    return {"roots": roots(plan["config"], stage), "code": plan["code"][stage], **settings}
