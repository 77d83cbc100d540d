"""Write the pages that the code and the config declare: docs/tables.md and config/README.md."""

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]

TABLES = """# Tables and their columns

All are Parquet files in `results/RUN/tables/`. The meaning of each column is also in the file, in the metadata of its
field. Integers are int64 and other numbers float64; null means unknown, undefined or not finite.

Networks that were [trained elsewhere](own_networks.md) have a single row in `history`, epoch 0 with the loss before
training. Their `epochs` and `convergence_epoch` are null, their losses are those on test trials, and their `g` is what
the config states or, if it states none, that of their W₀ to two decimals.
"""
WORDS = {"int": "integer", "float": "number", "string": "text"}
ABOUT = {
    "history": "The training of every network, one row per epoch.",
    "sentiment_history": "The training of the LSTM, one row per epoch.",
    "summary": "One row per network: the numbers of Figures 2 and 4.",
    "theory": "The expansions of Section 3, a row for each target, g, order and epoch.",
    "claims": "The paper's claims, one row each.",
    "comparison": "The published curves, one row per point, with our value at the same x.",
}

CONFIG = """# The keys of config.yaml

`config.yaml` holds every parameter of the paper, and this page is made from it. To change a few keys, write them into
a file of your own and name it after `--configfile`, as the presets in `workflow/presets/` are, or give them on the
command line: `snakemake --cores 2 --config run=mine seeds=[0,1]`. All errors in a config are reported at once, before
anything runs.

## Entries of `tasks`

An entry describes a set of networks; its name appears in their paths, tables and figures. One that is `like` another
takes all keys of that entry and replaces those that it states itself. `over` makes one entry for each value of a key,
or for each combination of the values of several keys, named after the values. An entry with `left_out: true` makes no
networks, but others may still be `like` it. (An entry that is `null` is left out, too, but no other can be `like` it.)
An entry's own `seeds` replace those of the run; wherever the config lists seeds, `0-4` stands for 0, 1, 2, 3, 4. With
this file, a run has the tasks `slow`, `slow_N64` and `slow_N128` in addition to the paper's, except Mante's:

    run: mine
    tasks:
      slow: {like: flipflop, g: [0.9], learning_rate: 0.01}
      slow_N: {like: slow, over: {n_neurons: [64, 128]}, seeds: [0-2, 7]}
      mante: {left_out: true}
"""


def tables() -> str:
    """Return the page of all tables, from their schemas."""
    from lowrank import measures
    from lowrank.store import schemas  # only now: as a program it has to find them first

    held = {measure.name: measure.holds for measure in measures.every()}
    about = ABOUT | {name: f"{holds[0].upper()}{holds[1:]}: a measure." for name, holds in held.items()}
    parts = [TABLES]
    for name in [*schemas.TABLES, *measures.names()]:
        parts.append(f"\n## {name}\n\n{about[name]}\n\n| column | type | is | unit |\n| --- | --- | --- | --- |\n")
        for column, (kind, meaning, unit) in schemas.columns(name).items():
            parts.append(f"| `{column}` | {WORDS[kind]} | {meaning} | {unit} |\n")
    return "".join(parts)


def config() -> str:
    """Return the page of all keys: the paper's value and its meaning from config.yaml, the type from the schema."""
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    values, written, kinds = yaml.safe_load(text), entries(text), types()
    sections = {path.rpartition("/")[0]: [] for path in written}
    for path in written:
        above, _, key = path.rpartition("/")
        if path not in sections:
            sections[above].append(_row(key, *written[path], _at(values, path), kinds.get(above, {})))
    parts = [CONFIG]
    for path, rows in sections.items():
        about = written[path][1] if path else ""
        parts.append(f"\n## {path.replace('/', '.') or 'The run'}\n")
        parts += [f"\n{about[0].upper()}{about[1:].rstrip('.')}.\n"] if about else []
        parts += ["\n| key | in the paper | type | meaning |\n| --- | --- | --- | --- |\n", *rows] if rows else []
    return "".join(parts)


def entries(text: str) -> dict[str, tuple[str, str]]:
    """Return each key of a config by its path: its value as written, and the comment beside, below or above it."""
    found, stack, path, above = {}, [], "", ""
    for line in text.splitlines():
        code, _, comment = (part.strip() for part in re.sub(r"(^|\s)# ", "\0", line).partition("\0"))
        before, said = found.get(path, ("", ""))
        if before.startswith("{") and not before.endswith("}"):  # a mapping that goes on from the line above
            found[path] = f"{before} {code}", said
        elif entry := re.match(r"( *)([\w.]+):(?: |$)", line):
            stack = [(indent, name) for indent, name in stack if indent < entry[1]] + [(entry[1], entry[2])]
            path, value = "/".join(name for _, name in stack), code.partition(":")[2].strip()
            found[path] = value, comment or ("" if value else above.strip())
        elif comment and path:
            found[path] = before, f"{said} {comment}"
        elif comment:
            above += f" {comment}"
        elif code and path:
            found[path] = f"{before} {code}".strip(), said
        else:
            path, above = "", ""
    return found


def types() -> dict[str, dict]:
    """Return the JSON schema of each section's keys, by the section's path."""
    from pydantic import TypeAdapter

    from lowrank import tasks
    from lowrank.config import config, entries, schema

    whole = config.model().model_json_schema()
    networks = schema.Networks.model_json_schema()["properties"]

    def resolved(kind: dict) -> dict:
        kind = next((one for one in kind.get("anyOf", ()) if "$ref" in one), kind)
        return whole["$defs"][kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind

    def walk(path: str, kind: dict):
        yield path, kind["properties"]
        for key, child in kind["properties"].items():
            if "properties" in resolved(child):
                yield from walk(f"{path}/{key}".lstrip("/"), resolved(child))

    found = dict(walk("", whole)) | {"training": networks}
    raw = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["tasks"]
    for name in raw:
        task = tasks.load(entries.resolved(raw, name).get("module", name))
        found[f"tasks/{name}"] = networks | entries.TYPES | TypeAdapter(task).json_schema()["properties"]
    return found


def _row(key: str, written: str, meaning: str, value, kinds: dict) -> str:
    shown = f"{value[0]} to {value[-1]}" if isinstance(value, list) and len(value) > 20 else f"`{written}`"
    return f"| `{key}` | {shown} | {_kind(kinds[key]) if key in kinds else ''} | {meaning} |\n"


def _kind(schema: dict) -> str:
    """Say a JSON schema in words: "whole numbers from 1", "one of adam, sgd"."""
    if "$ref" in schema:
        return "section"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(f"`{word}`" for word in schema["enum"])
    if schema["type"] == "array":
        items = schema.get("prefixItems") or [schema["items"]]
        return f"{'pair' if 'prefixItems' in schema else 'list'}: {_kind(items[0])}"
    if schema["type"] == "object":
        return f"for each name: {_kind(schema['additionalProperties'])}" if schema.get("additionalProperties") else ""
    name = {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false", "null": "null"}
    limits = {"gt": "above", "exclusiveMinimum": "above", "ge": "from", "minimum": "from"}
    limits |= {"lt": "below", "exclusiveMaximum": "below"}
    bounds = [f"{word} {schema[limit]}" for limit, word in limits.items() if limit in schema]
    return " ".join([name[schema["type"]], *bounds])


def _at(values: dict, path: str):
    for key in path.split("/") if path else ():
        values = values[key]
    return values


def pages() -> dict[Path, str]:
    """Return all pages by their files."""
    return {ROOT / "docs/tables.md": tables(), ROOT / "config/README.md": config()}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "workflow/scripts"))
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
