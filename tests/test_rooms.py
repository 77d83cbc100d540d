"""The rooms of the library, as CONTRIBUTING.md lists them: what is in each, and what a room may import."""

import ast
import re
import sys
from pathlib import Path

import pytest

from test_fingerprint import LIBRARY, code
from workflow import ROOT

ROW = re.compile(r"^\| `(\w+)(?:/|\.py)` \|[^|]*\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
ROOMS = {
    name: (re.findall(r"\w+", rooms), set(re.findall(r"\w+", packages)))
    for name, rooms, packages in ROW.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
}
ORDER = [*ROOMS]
MODULES = sorted(path for path in LIBRARY.rglob("*.py") if path.parent != LIBRARY or path.name == "theory.py")
PLUG_INS = ("tasks", "figures", "claims", "measures", "comparison")  # grow by a file for each task, figure, claim, …
WITH_TORCH = {"device", "network", "optimizers", "trials", "kernels/graph", "kernels/reference"}


def name(path: Path) -> str:
    """A module's name without the library's: `training.kernels`."""
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__")


def rooms_of(path: Path) -> set[str]:
    """The other rooms of which a module imports something, anywhere in it."""
    found = {other.removeprefix("lowrank.").partition(".")[0] for other in code._read(f"lowrank.{name(path)}")[1]}
    return found - {"lowrank", name(path).partition(".")[0]}


def packages_of(path: Path) -> set[str]:
    """The packages that a module imports, anywhere in it, but the standard library's and ours."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names)


def test_every_module_is_in_a_room_and_only_the_theory_needs_none():
    assert {name(path).partition(".")[0] for path in MODULES} == set(ORDER)
    assert {path.name for path in LIBRARY.glob("*.py")} == {"__init__.py", "theory.py"}


@pytest.mark.parametrize("room", ORDER)
def test_a_room_imports_what_the_table_says(room):
    inside = [path for path in MODULES if name(path).partition(".")[0] == room]
    rooms, packages = ROOMS[room]
    assert set().union(*map(rooms_of, inside)) == set(rooms)
    assert set().union(*map(packages_of, inside)) == packages
    assert all(ORDER.index(other) < ORDER.index(room) for other in rooms), "an import goes to rooms above"


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES} - {LIBRARY}), ids=name)
def test_a_room_is_small_enough_to_be_known(folder):
    if name(folder) not in PLUG_INS:
        assert len([*folder.glob("*.py")]) <= 9, "eight modules, and __init__"


def test_a_room_says_what_comes_in_and_what_goes_out():
    for room in ORDER:
        if (LIBRARY / room).is_dir():
            text = ast.get_docstring(ast.parse((LIBRARY / room / "__init__.py").read_text(encoding="utf-8")))
            assert text, f"{room}/__init__.py says nothing"


def test_what_trains_on_a_cpu_imports_no_torch():
    """The reference kernel does, and what it stands on; all others start without it."""
    found = {name(path) for path in MODULES if "torch" in packages_of(path)}
    others = {"sentiment.training", "store.foreign"}
    assert found == {*(f"training.{module.replace('/', '.')}" for module in WITH_TORCH), *others}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_the_library_has_no_word_of_snakemake(path):
    text = path.read_text(encoding="utf-8").lower()
    assert "snakemake" not in text.replace(".snakemake/", ""), "but a place in its folder"
