"""The rooms of the library, as CONTRIBUTING.md lists them: every module has one, and no import goes up."""

import re

import pytest

from test_fingerprint import LIBRARY, MODULES, code
from workflow import ROOT

ROW = re.compile(r"^\| ([a-z]+) \| ((?:`[\w/.]+` ?)+)\|", re.MULTILINE)
ROOMS = {room: re.findall(r"`([\w/.]+)`", held) for room, held in ROW.findall((ROOT / "CONTRIBUTING.md").read_text())}
ORDER = [*ROOMS]


def path(module: str) -> str:
    """The file of a module, as the table may name it: tasks/romo.py."""
    return f"{module.replace('.', '/')}.py"


def room(module: str) -> str:
    """The room of a module: that of its file, else that of its folder."""
    file = path(module)
    found = [room for room, held in ROOMS.items() if file in held]
    found = found or [room for room, held in ROOMS.items() if f"{file.partition('/')[0]}/" in held]
    assert len(found) == 1, f"CONTRIBUTING.md names {len(found)} rooms for {file}"
    return found[0]


def imported(module: str) -> set[str]:
    """The library's modules that one of them imports, anywhere in it; a package stands for its __init__."""
    names = {name.removeprefix("lowrank.") for name in code._read(f"lowrank.{module}".removesuffix(".__init__"))[1]}
    return {name if name in MODULES else f"{name}.__init__" for name in names - {"lowrank"}}


def test_the_table_is_found_and_names_what_is_there():
    assert len(ORDER) >= 10
    for held in ROOMS.values():
        for name in held:
            assert (LIBRARY / name).is_dir() if name.endswith("/") else (LIBRARY / name).is_file(), name


@pytest.mark.parametrize("module", [module for module in MODULES if module != "__init__"])
def test_no_import_goes_up(module):
    allowed = ORDER[: ORDER.index(room(module)) + 1]
    wrong = {name: room(name) for name in imported(module) if room(name) not in allowed}
    assert not wrong, f"{module}, of the room {room(module)}, imports from rooms below it: {wrong}"
