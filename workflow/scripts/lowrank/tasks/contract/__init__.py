"""The contract of `tasks.base`, checked when the config is read: a sentence for each way in which a task breaks it.

A task's file is its author's own. What is wrong with it would otherwise show in a job: as a traceback, as a network
that diverges at its first epoch, or not at all.
"""

from ... import tasks
from .declared import mistakes_of_attributes, mistakes_of_file
from .drawn import mistakes_of_draws
from .exceptions import RAISED, described
from .patience import limited

__all__ = ["RAISED", "described", "limited", "mistakes_of_file", "mistakes_of_task"]


def mistakes_of_task(module: str, networks: dict, numbers: dict) -> list[str]:
    """Check a task whose file is right: its attributes, then what it draws.

    `networks` are the settings of its networks, `numbers` the task's own, as a spec holds them.
    """
    try:
        with limited():
            task = tasks.of({"module": module, "dt": networks["dt"], "numbers": numbers})
    except RAISED as error:
        return [f"the task cannot be made: {described(error, module)}"]
    return mistakes_of_attributes(task, module) or mistakes_of_draws(task, module, networks["batch"])
