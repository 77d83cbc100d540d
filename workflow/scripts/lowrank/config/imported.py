"""Files of networks that were trained elsewhere: which file is which network, its checksum, and g if it is not known.

A start reads the files once, to name their networks by content; its jobs, and later readers of the run's config, get
checksums and g from there.
"""

import hashlib

from ..core.errors import UserError
from ..store import foreign
from . import entries

DECIMALS = 2  # of a g that is computed


def complete(tasks: dict[str, dict | None], errors: list[str]) -> None:
    """Add g and checksums to the tasks with imported networks; on errors, add to them and make the task None."""
    for name, task in tasks.items():
        if task and "imported" in task:
            try:
                task["g"] = task["g"] or [_strength(task)]
                task["imported"]["sha256"] = _checksums(task)
            except UserError as error:
                errors.append(f"tasks.{name}.imported: {error}")
                tasks[name] = None


def pinned(raw: dict, settings: dict) -> dict:
    """Return the config as read, with the g and checksums of imported networks that this start has found."""
    found = {name: task for name, task in settings["tasks"].items() if "imported" in task}
    if not found:
        return raw
    tasks = entries.expanded(raw["tasks"])
    for name, task in found.items():
        files = tasks[name]["imported"] | {"sha256": task["imported"]["sha256"]}
        tasks[name] = tasks[name] | {"g": task["g"], "imported": files}
    return raw | {"tasks": tasks}


def files(task: dict, g: float, seed: int) -> list[str]:
    """Return the paths of a network: its file and, if it is not the same one, that of the untrained network."""
    patterns = filter(None, (task["imported"]["files"], task["imported"]["initial"]))
    return [pattern.replace("{g}", f"{g}").replace("{seed}", f"{seed}") for pattern in patterns]


def _checksums(task: dict) -> dict[str, list[str]]:
    """Return the checksums of each network's files, by g{g}/seed{seed}; those that are recorded are kept."""
    found, owner = {}, {}
    for g, seed in ((g, seed) for g in task["g"] for seed in task["seeds"]):
        key = f"g{g}/seed{seed}"
        if key in task["imported"]["sha256"]:
            found[key] = task["imported"]["sha256"][key]
            continue
        paths = files(task, g, seed)
        if (other := owner.setdefault(paths[0], key)) != key:
            raise UserError(
                f"files names {paths[0]} for both {other} and {key}: put {{g}} and {{seed}} into it, in place of their "
                "values, or set seeds of this task"
            )
        found[key] = [hashlib.sha256(foreign.content(path)).hexdigest() for path in paths]
    return found


def _strength(task: dict) -> float:
    """Return the g of all initial connectivities together, so that networks that differ in seed alone share it."""
    if "{g}" in task["imported"]["files"]:
        raise UserError("files has {g} in it, and g is null: list the values of g")
    names, matrices = task["imported"]["names"], []
    for seed in task["seeds"]:
        *_, path = files(task, 0.0, seed)
        arrays = foreign.arrays(foreign.content(path), path)
        matrices.append(arrays[foreign.named(arrays, names["W0"] or names["W"], path)])
    try:
        return round(foreign.strength(matrices), DECIMALS)
    except ValueError as error:
        raise UserError(f"g cannot be computed from W0 ({error}): set g") from error
