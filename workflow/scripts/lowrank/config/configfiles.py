"""Check how config files are written: YAML syntax errors, and what YAML accepts silently, such as duplicate keys."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from ..core.errors import UserError

NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
ODD = re.compile(r"[-+]?(0[0-7_]+$|[\d_]+:)")  # octal and sexagesimal


def check(paths: Iterable[str | Path]) -> None:
    """Raise UserError listing the errors in all files; missing files are reported elsewhere."""
    found = [error for path in dict.fromkeys(map(str, paths)) if Path(path).is_file() for error in errors(path)]
    if found:
        raise UserError("\n  ".join(["the config cannot be used:", *found]))


def errors(path: str | Path) -> list[str]:
    """List the errors in how a file is written, each with its line numbers."""
    content = Path(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")  # Windows editors may prepend a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [f"{path}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"]
    try:
        documents = _documents(text.replace("\t", " ") if _is_json(text) else text)
    except yaml.MarkedYAMLError as error:
        return [f"{path}, line {error.problem_mark.line + 1}: {_told(error)}"]
    except yaml.YAMLError as error:
        return [f"{path} is not valid YAML: {' '.join(str(error).split())}"]
    if len(documents) > 1:
        line = documents[1].start_mark.line + 1
        return [f"{path}, line {line}: a second document after ---, which would be ignored: keep one document per file"]
    found = [each for document in documents for check in (_twice, _misread) for each in check(document, "", set())]
    return [f"{path}, {error}" for error in found]


def _documents(text: str) -> list[yaml.Node]:
    """Compose with libyaml, which takes a tenth of the time, and again in Python, which says better what is wrong."""
    try:
        return list(yaml.compose_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError:
        return list(yaml.compose_all(text, yaml.SafeLoader))


def _is_json(text: str) -> bool:
    """Return True for JSON, which, unlike YAML, may be indented with tabs."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _told(error: yaml.MarkedYAMLError) -> str:
    if "'\\t'" in error.problem:
        return "a tab, which YAML does not accept as indentation: use spaces"
    return ", ".join(filter(None, [error.context, error.problem]))


def _twice(node: yaml.Node, prefix: str, seen: set[int]) -> Iterator[str]:
    """Report duplicate keys at every level; an aliased node is visited only once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _twice(item, f"{prefix}{number}.", seen)
    if isinstance(node, yaml.MappingNode):
        lines = {}
        for key, value in node.value:
            name = f"{prefix}{key.value if isinstance(key, yaml.ScalarNode) else '?'}"
            lines.setdefault((key.tag, str(key.value)), (name, []))[1].append(key.start_mark.line + 1)
            yield from _twice(value, f"{name}.", seen)
        for (tag, _), (name, at) in lines.items():
            if len(at) > 1 and tag != "tag:yaml.org,2002:merge":
                yield f"lines {' and '.join(map(str, at))}: {name} is set {_times(len(at))}: keep one"


def _misread(node: yaml.Node, prefix: str, seen: set[int]) -> Iterator[str]:
    """Report numbers that YAML 1.1 reads differently from how they look: 010 as 8, 1:30 as 90."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode) and node.tag in NUMBERS and not node.style and ODD.match(node.value):
        read = yaml.safe_load(node.value)
        yield f"line {node.start_mark.line + 1}: {prefix.rstrip('.')} = {node.value} is {read} in YAML: write {read}"
    for number, item in enumerate(node.value if isinstance(node, yaml.SequenceNode) else []):
        yield from _misread(item, f"{prefix}{number}.", seen)
    for key, item in node.value if isinstance(node, yaml.MappingNode) else []:
        yield from _misread(item, f"{prefix}{key.value if isinstance(key, yaml.ScalarNode) else '?'}.", seen)


def _times(number: int) -> str:
    return "twice" if number == 2 else f"{number} times"
