"""The contract of `tasks.base`, checked when the config is read; one sentence for each violation.

Users write their own task files. Without these checks, an error would surface in a job as a traceback, as a network
that diverges at its first epoch, or not at all.
"""

from ... import tasks
from .declared import errors_of_attributes, errors_of_file
from .drawn import errors_of_draws
from .exceptions import RAISED, described
from .notebook import define, known
from .patience import limited

__all__ = ["RAISED", "define", "described", "errors_of_file", "errors_of_task", "known", "limited"]


def errors_of_task(module: str, networks: dict, numbers: dict) -> list[str]:
    """Check a task whose file is valid: its attributes, then the trials it draws.

    `networks` holds the settings of its networks and `numbers` the task's own, as in a spec.
    """
    try:
        with limited():
            task = tasks.of({"module": module, "dt": networks["dt"], "numbers": numbers})
    except RAISED as error:
        return [f"the task cannot be made: {described(error, module)}"]
    return errors_of_attributes(task, module) or errors_of_draws(task, module, networks["batch"])
