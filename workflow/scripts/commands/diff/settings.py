"""The differing keys of two configs, as dotted names."""

import yaml

ABSENT = "(none)"


def flat(config: dict, above: str = "") -> dict[str, object]:
    """Flatten a config to dotted names; a list is one value, and text is converted to the value it represents."""
    found = {}
    for key, value in config.items():
        name = f"{above}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, dict) else {name: _meant(value)}
    return found


def differing(a: dict, b: dict) -> list[tuple[str, str, str]]:
    """Return the names of differing keys with both values, in the order of the config, except the runs' own names."""
    left, right = flat(a), flat(b)
    names = [name for name in [*left, *(name for name in right if name not in left)] if name != "run"]
    pairs = [(name, left.get(name, ABSENT), right.get(name, ABSENT)) for name in names]
    return [(name, f"{old}", f"{new}") for name, old, new in pairs if old != new]


def _meant(value):
    """Convert text that the command line passes inside lists and mappings to the values it represents."""
    if isinstance(value, list):
        return [_meant(item) for item in value]
    if isinstance(value, str):
        return yaml.safe_load(value) if value and not value.startswith("#") else value
    return value
