"""The entries of `tasks`: one may be like another, one may stand for several, and one may be left out.

like: flipflop                           takes all of that entry's keys; its own come on top
over: {n_neurons: [64, 128]}             stands for an entry per value, named by it: flipflop_N64, flipflop_N128
left_out: true                           has no networks in this run, but others may be like it
"""

from collections.abc import Iterator, Mapping
from itertools import product

from ..core.errors import UserError
from .errors import nearest

TYPES = {"like": {"type": "string"}, "over": {"type": "object"}, "left_out": {"type": "boolean"}}  # as JSON schema


def expanded(raw: Mapping) -> dict:
    """Return an entry for each task with networks, None for those left out; raise UserError listing all errors.

    `raw` is the section as read. What is no mapping is returned as it is.
    """
    found, errors = {}, []
    for name in raw:
        try:
            made = _made(raw, name)
        except UserError as error:
            errors.append(f"{error}")
            continue
        errors += [f"tasks.{name}.over gives {twice!r}, which is there already" for twice in made.keys() & found.keys()]
        found |= made
    if errors:
        raise UserError("\n  ".join(dict.fromkeys(errors)))  # a base's error is that of each entry like it
    return found


def resolved(raw: Mapping, name: str) -> dict:
    """Return an entry with the keys of those that it is like; `over` and `left_out` are its own alone."""
    bases = list(_bases(raw, name))
    inherited = {"module": bases[-1]} if bases else {}
    for base in reversed(bases):
        inherited |= {key: value for key, value in raw[base].items() if key not in TYPES}
    return inherited | {key: value for key, value in raw[name].items() if key != "like"}


def _bases(raw: Mapping, name: str) -> Iterator[str]:
    """Yield the entries that an entry is like, the nearest one first."""
    seen = [name]
    while (base := raw[seen[-1]].get("like")) is not None:
        where = f"tasks.{seen[-1]}.like = {base!r}"
        if not isinstance(base, str):
            raise UserError(f"{where}: it must be the name of a task")
        if base in seen:
            raise UserError(f"{where}: {' is like '.join([*seen, base])}")
        if base not in raw:
            raise UserError(f"{where}: there is no such task{nearest(base, [*map(str, raw)])}")
        if raw[base] is None:
            raise UserError(f"{where}: that is null; to leave it out and keep its numbers, set its left_out: true")
        if not isinstance(raw[base], Mapping):
            raise UserError(f"{where}: that is {raw[base]!r}, not a mapping")
        yield base
        seen.append(base)


def _made(raw: Mapping, name: str) -> dict:
    """Return the entries that one stands for, by name; of one that is left out nothing else is looked at."""
    if not isinstance(raw[name], Mapping):
        return {name: raw[name]}
    left_out = raw[name].get("left_out", False)
    left_out = {"true": True, "false": False}.get(f"{left_out}".lower())  # the command line passes text
    if left_out is None:
        raise UserError(f"tasks.{name}.left_out = {raw[name]['left_out']!r}: it must be true or false")
    return {name: None} if left_out else _spread(name, resolved(raw, name))


def _spread(name: str, entry: dict) -> dict[str, dict]:
    over = entry.pop("over", None)
    entry.pop("left_out", None)
    if over is None:
        return {name: entry}
    if error := _error_of(over):
        raise UserError(f"tasks.{name}.over = {over!r}: {error}")
    made = {}
    for values in product(*over.values()):
        each = f"{name}{'_'.join(map(str, values))}"
        if each in made:
            raise UserError(f"tasks.{name}.over = {over!r}: two combinations give the name {each!r}")
        made[each] = entry | dict(zip(over, values, strict=True))
    return made


def _error_of(over) -> str | None:
    if not isinstance(over, Mapping) or not over:
        return "it must be a mapping from keys of the entry to lists of values"
    for key, values in over.items():
        if not isinstance(values, list) or not values:
            return f"{key} needs a list of values"
        if any(not isinstance(value, str | int | float) or isinstance(value, bool) for value in values):
            return f"the values of {key} must be numbers or words, as they become parts of names"
        if twice := sorted({f"{value}" for value in values if values.count(value) > 1}):
            return f"{key} names {', '.join(twice)} twice"
    return None
