"""Write requirements.txt and the conda files from pins.toml; `--freeze` first pins what the direct ones brought.

The pins of what is brought come from the environment this runs in.
"""

import re
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

HERE = Path(__file__).parent
NOTE = "# Written by envs/make.py from pins.toml: edit that, then `make pins`.\n"
APART = ("validator", "docs")
ENVIRONMENTS = {"lowrank": ["lowrank"], "workflow": ["lowrank", "workflow"]}


def requirements(pins: dict) -> str:
    """The file for pip: everything, down to what is brought along."""
    sections = ("lowrank", "workflow", "tests", "brought")
    lines = [f"\n# {section}\n" + _lines(pins[section], "{}=={}\n") for section in sections]
    return NOTE + "".join(lines)


def apart(pins: dict, section: str) -> str:
    """The file for pip of an environment of its own: what checks archives, or makes the site."""
    return NOTE + _lines(pins[section], "{}=={}\n")


def conda(pins: dict, name: str) -> str:
    """The file for conda of one environment: what we name ourselves; conda solves for the rest."""
    named = {k: v for section in ENVIRONMENTS[name] for k, v in pins[section].items()}
    packages = {pins["conda"]["names"].get(k, k): v for k, v in named.items() if k not in pins["conda"]["by_pip"]}
    by_pip = {k: named[k] for k in pins["conda"]["by_pip"]}
    head = f"name: {name}\nchannels: [conda-forge, bioconda, nodefaults]\ndependencies:\n  - python={pins['python']}\n"
    return NOTE + head + _lines(packages, "  - {}={}\n") + "  - pip\n  - pip:\n" + _lines(by_pip, "    - {}=={}\n")


def files(pins: dict) -> dict[str, str]:
    """All that is written, by file name."""
    for_pip = {"requirements.txt": requirements(pins)} | {f"{name}.txt": apart(pins, name) for name in APART}
    return for_pip | {f"{name}.yaml": conda(pins, name) for name in ENVIRONMENTS}


def load() -> dict:
    """The pins."""
    return tomllib.loads((HERE / "pins.toml").read_text(encoding="utf-8"))


def frozen(pins: dict) -> str:
    """pins.toml with the versions of this environment in its last section."""
    direct = {name for section in ("lowrank", "workflow", "tests") for name in pins[section]} | {"pip", "setuptools"}
    found = {_normal(d.name): d.version.partition("+")[0] for d in distributions()}
    text, mark, _ = (HERE / "pins.toml").read_text(encoding="utf-8").partition("[brought]")
    comment = "  # what these bring along, so that the same set is installed in ten years: `make freeze`\n"
    return text + mark + comment + _lines({k: found[k] for k in sorted(found) if k not in direct}, '{} = "{}"\n')


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines(packages: dict, form: str) -> str:
    return "".join(form.format(name, version) for name, version in packages.items())


if __name__ == "__main__":
    if "--freeze" in sys.argv:
        (HERE / "pins.toml").write_text(frozen(load()), encoding="utf-8")
    for name, text in files(load()).items():
        (HERE / name).write_text(text, encoding="utf-8")
