"""Turn pydantic's errors into sentences that name the key in the config."""

import difflib
from types import NoneType
from typing import get_args

from pydantic import TypeAdapter, ValidationError

MOST = 30  # names that a message lists
WORDS_OF_YAML = " (if the file says yes, no, on or off there, quote it)"


def checked(kind: type, raw, where: str, errors: list[str], alone: bool = False) -> dict | None:
    """Validate `raw` as `kind`; return built-in types, or None after adding to `errors`.

    With `alone`, checks across fields are skipped.
    """
    adapter = TypeAdapter(kind)
    try:
        return adapter.dump_python(adapter.validate_python(raw), mode="json")
    except ValidationError as invalid:
        found = [error for error in invalid.errors() if error["loc"] or not alone]
        errors += [_sentence(error, where, kind) for error in found]
        return None


def _sentence(error: dict, where: str, kind: type) -> str:
    path = where + ".".join(str(part) for part in error["loc"] if part not in ("[key]",))
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{path} {unknown(error['loc'][-1], _keys(kind, error['loc'][:-1]))}"
    if error["type"] in ("missing", "missing_keyword_only", "missing_argument"):
        return f"{path} is missing"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{path.rstrip('.')}: {message}"
    hint = WORDS_OF_YAML if isinstance(error["input"], bool) else ""
    return f"{path} = {error['input']!r}: {message[0].lower()}{message[1:]}{hint}"


def _keys(kind, path) -> list[str]:
    """List the keys allowed in the mapping at `path` of a schema."""
    for part in path:
        kind = kind.model_fields[part].annotation
        kind = next((each for each in get_args(kind) if each is not NoneType), kind)  # unwrap a nullable section
    return list(kind.model_fields)


def unknown(key: str, known) -> str:
    """Return the error text for a key that is not among the `known` ones."""
    return f"is not a key of the config{nearest(key, known)}"


def nearest(name, known) -> str:
    """Return the end of an error message: the closest of the `known` names, or all of them unless they are many."""
    if near := difflib.get_close_matches(str(name), known, n=1):
        return f": did you mean {near[0]}?"
    return f" (known: {', '.join(known)})" if 0 < len(known) <= MOST else ""
