"""What the jobs of each stage are told: the modules they run, the fingerprint of that code, and their settings."""

from .. import claims, figures, measures
from ..measures import Measure
from ..training import kernels

PUBLISHED = "_published"  # how the stage ends of a figure with the published curves under it
OTHER = {  # stages that are neither a training nor a measure nor a figure
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
    "verify": ["verify", "commands.archive.verify"],
    "sentiment_data": ["lowrank.sentiment.sentences.prepare"],
    "train_sentiment": ["lowrank.sentiment.training"],
}


def stages(settings: dict) -> list[str]:
    """All stages of a run, those that run a task's own code once for each task: `fig1`, `truncate romo`."""
    every = [f"train {task}" for task in settings["tasks"]]
    for measure in measures.every():
        every += dict.fromkeys(of_task(measure, task) for task in settings["tasks"])
    variants = [f"{name}{PUBLISHED}" for name in figures.names() if figures.declared(name).published]
    return [*OTHER, *every, *figures.names(), *variants]


def of_task(measure: type[Measure], task: str) -> str:
    """The stage that takes a measure of a task's networks; the task matters where its own code is run."""
    return f"{measure.rule} {task}" if measure.runs_task and not measure.of_lstm else measure.rule


def roots(settings: dict, stage: str) -> list[str]:
    """The modules that a stage (`fig1`, `truncate romo`) starts from; those loaded by name are named."""
    name, _, task = stage.partition(" ")
    if name == "train":
        return trained_by(settings["tasks"][task])
    if measure := measures.by_rule(name):
        own = [f"lowrank.tasks.{settings['tasks'][task]['module']}"] if task else []
        return ["measure", f"lowrank.measures.{measure.name}", *own]
    if (figure := name.removesuffix(PUBLISHED)) in figures.names():
        return ["figure" if name == figure else f"figure{PUBLISHED}", f"lowrank.figures.{figure}"]
    return OTHER[name]


def trained_by(networks: dict) -> list[str]:
    """The modules that train networks, by their spec or their task's settings: of either kernel, whichever does."""
    either = (f"lowrank.training.kernels.{name}" for name in (kernels.compiled_for(networks), "reference"))
    return ["lowrank.training.loop", *either, f"lowrank.tasks.{networks['module']}"]


def order(plan: dict, stage: str, **settings) -> dict:
    """What a job of a stage is told: the code that was planned and all the settings that it uses, no more."""
    return {"roots": roots(plan["config"], stage), "code": plan["code"][stage], **settings}
