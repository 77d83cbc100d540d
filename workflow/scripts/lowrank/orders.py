"""What the jobs of each stage are told: the modules they run, the fingerprint of that code, and their settings."""

from . import kernels

BY_TASK = ("train", "truncate", "shuffle", "trials")  # stages that run a task's own code
OTHER = {
    "spectrum": ["spectrum"],
    "gather": ["gather"],
    "summary": ["summary"],
    "theory": ["theory"],
    "claims": ["claims"],
    "compute": ["compute"],
    "claims_page": ["claims_page"],
    "page": ["page"],
    "report": ["report"],
    "comparison": ["comparison"],
    "archive": ["archive"],
    "verify": ["verify", "crate.verify"],
    "sentiment_data": ["lowrank.sentiment.prepare"],
    "train_sentiment": ["lowrank.sentiment.training"],
    "truncate_sentiment": ["truncate_sentiment"],
    "spectrum_sentiment": ["spectrum_sentiment"],
    **{f"fig{n}": ["figure", f"lowrank.figures.fig{n}"] for n in (*range(1, 6), "S_lstm")},
    **{f"fig{n}_published": ["figure_published", f"lowrank.figures.fig{n}"] for n in range(1, 6)},
}


def stages(settings: dict) -> list[str]:
    """All stages of a run, those that run a task's code once for each task: `fig1`, `truncate romo`."""
    return [*OTHER, *(f"{stage} {task}" for stage in BY_TASK for task in settings["tasks"])]


def of_task(stage: str, task: str) -> str:
    """The name of a stage for a task, which matters where the stage runs the task's own code."""
    return f"{stage} {task}" if stage in BY_TASK else stage


def roots(settings: dict, stage: str) -> list[str]:
    """The modules that a stage (`fig1`, `truncate romo`) starts from; those loaded by name are named."""
    name, _, task = stage.partition(" ")
    if not task:
        return OTHER[name]
    if name == "train":
        return trained_by(settings["tasks"][task])
    return [name, f"lowrank.tasks.{settings['tasks'][task]['module']}"]


def trained_by(networks: dict) -> list[str]:
    """The modules that train networks, by their spec or their task's settings: of either kernel, whichever does."""
    either = (kernels.compiled_for(networks), "reference")
    return ["lowrank.training", *(f"lowrank.kernels.{name}" for name in either), f"lowrank.tasks.{networks['module']}"]


def order(plan: dict, stage: str, **settings) -> dict:
    """What a job of a stage is told: the code that was planned and all the settings that it uses, no more."""
    return {"roots": roots(plan["config"], stage), "code": plan["code"][stage], **settings}
