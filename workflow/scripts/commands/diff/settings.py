"""The keys of two configs that differ, by their dotted names."""

import yaml

ABSENT = "(none)"


def flat(config: dict, above: str = "") -> dict[str, object]:
    """All values by their dotted names; a list is one value, texts that mean a number are it."""
    found = {}
    for key, value in config.items():
        name = f"{above}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, dict) else {name: _meant(value)}
    return found


def differing(a: dict, b: dict) -> list[tuple[str, str, str]]:
    """Names with both values, in the order of the config; the runs' own names apart."""
    left, right = flat(a), flat(b)
    names = [name for name in [*left, *(name for name in right if name not in left)] if name != "run"]
    pairs = [(name, left.get(name, ABSENT), right.get(name, ABSENT)) for name in names]
    return [(name, f"{old}", f"{new}") for name, old, new in pairs if old != new]


def _meant(value):
    """What the command line gives as text inside lists and mappings becomes what it means; a null task is absent."""
    if isinstance(value, list):
        return [_meant(item) for item in value]
    if isinstance(value, str):
        return yaml.safe_load(value) if value and not value.startswith("#") else value
    return value
