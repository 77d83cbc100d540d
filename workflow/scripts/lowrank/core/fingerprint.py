"""Fingerprint of the code: a hash over the syntax trees of the project modules that a stage runs.

It ignores comments, docstrings and formatting. It covers direct and indirect imports, and the C code that a module
calls. Trees are serialized here rather than by `ast.dump`, so that every Python version gives the same hash.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from .errors import UserError
from .files import atomic
from .spec import canonical, digest

SCRIPTS = Path(__file__).resolve().parents[2]  # root of module names such as `measure`, `lowrank.training.loop`
# Start-up and reporting of scripts, and caching of the compiled library: neither affects results.
PLUMBING = {"job", "lowrank.compiled.build"}
FRONT_DOOR = "lowrank"  # its __init__ loads the room `notebook` for notebooks, which no job uses: it counts as empty
TREES = Path(".snakemake/lowrank/trees.json")  # what a start of the workflow has read of the code
EMPTY = ["Constant", {"value": "str ''"}]


@cache
def fingerprint(*roots: str) -> str:
    """Return the fingerprint of the modules `roots` and every project module that they import."""
    return digest({name: _read(name)[0] for name in closure(roots)})


def check(planned: str, roots: Iterable[str]) -> None:
    """Raise UserError if the code of the modules `roots` no longer has the fingerprint `planned`."""
    if fingerprint(*roots) != planned:
        raise UserError("the code was changed after this job was planned: start the workflow again")


def closure(roots: Iterable[str]) -> list[str]:
    """List `roots`, the project modules they import, and their packages; FileNotFoundError if a root is not ours."""
    seen, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        if name not in seen:
            if find(name) is None:
                raise FileNotFoundError(f"no module {name} in {SCRIPTS}")
            seen.add(name)
            todo += [module for module in _read(name)[1] if module not in PLUMBING]
            todo += _parents(name)
    return sorted(seen)


@cache
def find(name: str) -> Path | None:
    """Return the file of a project module, given its dotted name; None for any other module."""
    path = SCRIPTS.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@cache
def _read(name: str) -> tuple[str, list[str]]:
    """Return a module's hash and the project modules imported anywhere in it."""
    tree, named = _parsed(name)
    return digest([tree, *_in_c(find(name))]), [module for module in named if find(module)]


def _parsed(name: str) -> tuple[str, list[str]]:
    """Return the hash of a module's syntax tree, and every module that it may import.

    Parsing takes most of the time: what an earlier process kept of the same text is used. Trees are not kept: the
    garbage collector would traverse them over and over.
    """
    path = find(name)
    text = hashlib.sha256(f"{name} {path.name}\n".encode() + path.read_bytes()).hexdigest()
    if text in _kept():
        _seen()[text] = _kept()[text]
    else:
        tree = _tree(name)
        _seen()[text] = digest(_dump(tree)), list(_named(name, tree))
    return _seen()[text]


@cache
def _kept() -> dict[str, tuple[str, list[str]]]:
    """Return what an earlier process kept, by the hash of a module's text; nothing if the file is damaged or old."""
    try:
        found = json.loads(TREES.read_text(encoding="utf-8"))
        return found["trees"] if found["sum"] == _sum(found["trees"]) else {}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


@cache
def _seen() -> dict[str, tuple[str, list[str]]]:
    """Return what this process has read so far, like `_kept`."""
    return {}


def keep() -> None:
    """Keep what this process has read of the code, for its jobs and for later starts."""
    if not _seen().keys() <= _kept().keys():
        with atomic(TREES) as temporary:
            temporary.write_text(canonical({"trees": _seen(), "sum": _sum(_seen())}), encoding="utf-8")


def _sum(trees: dict) -> str:
    """Return a checksum of what is kept, which also changes with this file."""
    return digest([trees, hashlib.sha256(Path(__file__).read_bytes()).hexdigest()])


def _in_c(path: Path) -> list[str]:
    """Return a module's C code: the .c file of the same name and its includes, without comments and formatting."""
    seen, todo = {}, [path.with_suffix(".c")] if path.with_suffix(".c").is_file() else []
    while todo:
        file = todo.pop()
        if file not in seen:
            text = file.read_text(encoding="utf-8")
            seen[file] = " ".join(re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL).split())
            todo += [file.with_name(name) for name in re.findall(r'#include "(.+?)"', text)]
    return [seen[file] for file in sorted(seen)]


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:i]) for i in range(1, len(parts))]


def _tree(name: str) -> ast.Module:
    if name == FRONT_DOOR:
        return ast.Module(body=[], type_ignores=[])
    try:
        tree = ast.parse(find(name).read_bytes())  # bytes: the file itself declares its encoding
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise UserError(f"{find(name)}{line} is not Python: {getattr(error, 'msg', error)}") from error
    for node in _statements(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return tree


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and every statement inside it. Expressions, most of a tree, hold no statements: skip them."""
    yield node
    for part in ("orelse",) if _is_for_type_checkers(node) else ("body", "orelse", "finalbody", "handlers", "cases"):
        inner = getattr(node, part, None)
        for statement in inner if isinstance(inner, list) else ():
            yield from _statements(statement)


def _is_for_type_checkers(node: ast.AST) -> bool:
    """Return True for `if TYPE_CHECKING:`, whose body never runs."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _named(name: str, tree: ast.Module) -> Iterator[str]:
    """Yield every module that the import statements may refer to."""
    package = name if find(name).name == "__init__.py" else name.rpartition(".")[0]
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            candidates = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join(parts + ([node.module] if node.module else []))
            candidates = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from filter(None, candidates)


def _dump(node):
    """Convert a syntax tree to lists and strings, omitting empty fields, since newer Python versions add some."""
    if isinstance(node, ast.AST):
        fields = {}
        for name in node._fields:
            if (value := getattr(node, name, None)) is not None and value != []:
                fields[name] = _dump(value)
        if isinstance(node, ast.JoinedStr):  # Python 3.12 inserts empty strings into format specs that contain {}
            parts = [part for part in fields.pop("values", []) if part != EMPTY]
            fields |= {"values": parts} if parts else {}
        return [type(node).__name__, fields]
    if isinstance(node, list):
        return [_dump(item) for item in node]
    return f"{type(node).__name__} {node!r}"
