"""The fingerprint of code: what counts, and what the stages' closures hold."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lowrank.config import config
from lowrank.core import fingerprint as code
from lowrank.core.errors import UserError
from lowrank.plan import orders
from lowrank.training import kernels
from specs import RAW, TASKS, specs

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "workflow" / "scripts"
LIBRARY = SCRIPTS / "lowrank"


def forget():
    """A job reads each module once; here they change."""
    for function in vars(code).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Write modules, by their paths, where the fingerprint looks for them; unlike in a job, they may change."""

    def write(**modules: str):
        for path, text in modules.items():
            file = tmp_path / f"{path.replace('__', '/').replace('/init', '/__init__')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        forget()

    monkeypatch.setattr(code, "SCRIPTS", tmp_path)
    yield write
    forget()


def of(text: str, tree) -> str:
    """The fingerprint of one module."""
    tree(one=text)
    return code.fingerprint("one")


# What counts


BASE = '''"""What it is."""
import os

LIMIT = 0.5

class Thing:
    """A thing."""

    size: int = 3

    def grow(self, by=1):
        """Grow."""
        return self.size + by * LIMIT

async def wait():
    """Wait."""
    return f"{os.sep} and {LIMIT:>{10}}"
'''
SAME = {
    "a comment": BASE.replace("LIMIT = 0.5", "LIMIT = 0.5  # of all"),
    "docstrings": re.sub(r'""".*"""', '"""Another."""', BASE),
    "no docstrings": re.sub(r'\s*""".*"""\n', "\n", BASE),
    "blank lines": BASE.replace("\n", "\n\n"),
    "spaces": BASE.replace("self.size + by * LIMIT", "( self.size+by\n   *LIMIT )"),
    "quotes": BASE.replace('f"{os.sep} and {LIMIT:>{10}}"', "f'{os.sep} and {LIMIT:>{10}}'"),
    "a number as it is written": BASE.replace("0.5", "5e-1"),
}
OTHER = {
    "a number": BASE.replace("0.5", "0.6"),
    "its type": BASE.replace("= 3", "= 3.0"),
    "a name": BASE.replace("LIMIT", "BOUND"),
    "an operator": BASE.replace("+ by", "- by"),
    "a default": BASE.replace("by=1", "by=2"),
    "no default": BASE.replace("by=1", "by"),
    "a text": BASE.replace(" and ", " or "),
    "a format": BASE.replace(":>{10}", ":<{10}"),
    "an annotation": BASE.replace("size: int", "size: float"),
    "the order": BASE.replace("import os\n\nLIMIT = 0.5\n", "LIMIT = 0.5\nimport os\n"),
    "a decorator": BASE.replace("    def grow", "    @property\n    def grow"),
    "a text that is no docstring": BASE.replace("LIMIT = 0.5", 'LIMIT = "What it is."'),
}


@pytest.mark.parametrize("what", SAME)
def test_what_does_not_run_keeps_it(tree, what):
    assert SAME[what] != BASE
    ast.parse(SAME[what])
    assert of(SAME[what], tree) == of(BASE, tree)


@pytest.mark.parametrize("what", OTHER)
def test_what_runs_changes_it(tree, what):
    assert OTHER[what] != BASE
    assert of(OTHER[what], tree) != of(BASE, tree)


def test_none_and_false_and_nothing_differ(tree):
    values = ["None", "False", "0", "''", "b''", "()", "[]", "{}", "...", "0.0", "0j", "[None]", "{**{}}"]
    assert len({of(f"a = {value}", tree) for value in values}) == len(values)


def test_an_edit_is_found_out_before_a_job_runs(tree):
    tree(one="a = 1")
    planned = code.fingerprint("one")
    code.check(planned, ["one"])
    tree(one="a = 2")
    with pytest.raises(UserError, match="the code was changed after this job was planned"):
        code.check(planned, ["one"])


# What is kept between processes


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Path:
    """Where what was read is kept."""
    monkeypatch.setattr(code, "TREES", tmp_path / "trees.json")
    return tmp_path / "trees.json"


def parsing(monkeypatch) -> list[str]:
    """The modules that are parsed from now on."""
    parsed, tree = [], code._tree
    monkeypatch.setattr(code, "_tree", lambda name: parsed.append(name) or tree(name))
    return parsed


def test_what_was_read_before_is_not_parsed_again(tree, kept, monkeypatch):
    tree(one="import two\na = 1", two="b = 1")
    before = code.fingerprint("one")
    code.keep()
    forget()
    parsed = parsing(monkeypatch)
    assert (code.fingerprint("one"), parsed) == (before, [])
    tree(one="import two\na = 1", two="b = 2")
    assert code.fingerprint("one") != before
    assert parsed == ["two"]
    code.keep()
    assert len(json.loads(kept.read_text())["trees"]) == 2, "the text of two that is no longer there is forgotten"


def test_the_same_text_elsewhere_is_another_module(tree, kept):
    tree(a__init="from . import b", a__b="", c__init="from . import b", c__b="")
    assert code.closure(["a"]) == ["a", "a.b"]
    code.keep()
    forget()
    assert code.closure(["c"]) == ["c", "c.b"]


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"trees": {}}', "cut short", "a bit"])
def test_what_is_kept_and_damaged_counts_for_nothing(tree, kept, monkeypatch, damage):
    tree(one="a = 1")
    before = code.fingerprint("one")
    code.keep()
    whole = kept.read_text()
    other = {"cut short": whole[:-20], "a bit": whole.replace('["', '["0', 1)}.get(damage, damage)
    assert other != whole
    kept.write_text(other)
    forget()
    parsed = parsing(monkeypatch)
    assert (code.fingerprint("one"), parsed) == (before, ["one"])


def test_what_is_kept_by_other_code_counts_for_nothing(tree, kept, monkeypatch):
    tree(one="a = 1")
    code.fingerprint("one")
    code.keep()
    forget()
    (kept.parent / "fingerprint.py").write_text("other")
    monkeypatch.setattr(code, "__file__", str(kept.parent / "fingerprint.py"))
    parsed = parsing(monkeypatch)
    code.fingerprint("one")
    assert parsed == ["one"]


# What is followed


def test_imports_of_every_kind_are_followed(tree):
    """In functions, of names in modules, relative ones at any level, of modules in packages; ours alone."""
    tree(
        one="import json, numpy, two\nfrom three import name\ndef late():\n    import four.five\n",
        two="",
        three="def name():\n    from package.deep import low",
        four__init="",
        four__five="",
        four__other="",
        package__init="",
        package__deep__init="from .. import side",
        package__deep__low="from .near import x\nfrom ..top import y as z\nfrom ... import unknown",
        package__deep__near="",
        package__side="",
        package__top="import one",
        unused="",
    )
    expected = [
        *("four", "four.five", "one", "package", "package.deep", "package.deep.low", "package.deep.near"),
        *("package.side", "package.top", "three", "two"),
    ]
    assert code.closure(["one"]) == expected


def test_what_is_imported_for_type_checkers_is_not_followed(tree):
    tree(
        one="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import two\nelse:\n    import three",
        two="",
        three="",
    )
    assert code.closure(["one"]) == ["one", "three"]


def test_a_module_that_is_imported_counts(tree):
    tree(one="import two", two="import three", three="a = 1", other="a = 1")
    before = code.fingerprint("one")
    tree(other="a = 2")
    assert code.fingerprint("one") == before
    tree(three="a = 2")
    assert code.fingerprint("one") != before


def test_the_packages_above_a_module_count(tree):
    """Their __init__ runs as well."""
    tree(one="from package.deep import low", package__init="a = 1", package__deep__init="", package__deep__low="")
    before = code.fingerprint("one")
    tree(package__init="a = 2")
    assert code.fingerprint("one") != before


def test_where_code_stands_counts(tree):
    tree(one="import two", two="a = 1")
    before = code.fingerprint("one")
    tree(one="import two\na = 1", two="")
    assert code.fingerprint("one") != before


def test_how_jobs_are_started_does_not_count(tree):
    tree(one="from job import job", job="import two", two="")
    assert code.closure(["one"]) == ["one"]


def test_a_root_that_is_missing_is_a_mistake(tree):
    tree(one="")
    with pytest.raises(FileNotFoundError, match="no module two"):
        code.closure(["one", "two"])


# The stages


SETTINGS = config.validated(RAW | {"tasks": RAW["tasks"] | {"cosine": RAW["tasks"]["cosine"] | {"left_out": False}}})
MODULE = {task: settings["module"] for task, settings in SETTINGS["tasks"].items()}
STAGES = orders.stages(SETTINGS)
OF_TASKS = [stage for stage in STAGES if " " in stage]  # `truncate romo`: they run a task's own code
PLAIN = [stage for stage in STAGES if " " not in stage]
KERNELS = {  # what each brings along
    "reference": [f"training.{name}" for name in ("device", "network", "optimizers", "trials")]
    + ["training.kernels.graph", "training.kernels.reference"],
    "compiled": ["training.kernels.compiled", "compiled.epoch", "compiled.update"],
    "linear": ["training.kernels.linear", "compiled.linear"],
}


def closure(stage: str) -> set[str]:
    return set(code.closure(orders.roots(SETTINGS, stage)))


def test_what_runs_a_tasks_own_code_is_a_stage_for_each_task():
    drawing = {"train", "truncate", "shuffle", "trials"}
    assert set(OF_TASKS) == {f"{stage} {task}" for stage in drawing for task in TASKS}


@pytest.mark.parametrize("stage", OF_TASKS)
def test_a_tasks_file_is_in_the_closure_of_that_task_alone(stage):
    found = {name for name in closure(stage) if name.startswith("lowrank.tasks.")}
    assert found == {"lowrank.tasks.base", f"lowrank.tasks.{MODULE[stage.partition(' ')[2]]}"}


@pytest.mark.parametrize("task", TASKS)
def test_what_trains_is_all_that_names_a_network(task):
    """No figure, table, file or job: their edits rename no network."""
    kernel = kernels.compiled_for(SETTINGS["tasks"][task])
    expected = ["core", "core.streams", "core.errors", "training"]
    expected += [f"training.{name}" for name in ("eigenvalues", "initialization", "loop", "pace")]
    expected += ["training.kernels", "training.kernels.base"]
    expected += ["compiled", "compiled.network", *KERNELS[kernel], *KERNELS["reference"]]
    expected += ["tasks", "tasks.base", f"tasks.{MODULE[task]}"]
    assert closure(f"train {task}") == {"lowrank", *(f"lowrank.{name}" for name in expected)}


@pytest.mark.parametrize("stage", PLAIN)
def test_other_stages_hold_no_task_of_their_own_and_no_training(stage):
    found = closure(stage)
    assert not any(f"lowrank.tasks.{MODULE[task]}" in found for task in TASKS)
    assert not found & {
        "lowrank.training.loop",
        "lowrank.training.network",
        "lowrank.jobs.train_job",
        "lowrank.plan.plan",
        "lowrank.config.config",
    }


def test_what_trains_the_lstm_is_all_that_names_it():
    """Not how data is downloaded, nor the other networks' training."""
    expected = ["sentiment", *(f"sentiment.{name}" for name in ("training", "lstm", "evaluation"))]
    expected += ["sentiment.sentences", "sentiment.sentences.data", "analysis", "analysis.connectivity"]
    expected += ["core", "core.errors", "core.streams"]
    expected += ["training", *(f"training.{name}" for name in ("device", "optimizers", "pace"))]
    assert closure("train_sentiment") == {"lowrank", *(f"lowrank.{name}" for name in expected)}


FIGURES = [stage for stage in PLAIN if stage.startswith("fig") and not stage.endswith("_published")]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_holds_its_own_file_and_the_style(figure):
    found = {name for name in closure(figure) if name.startswith("lowrank.figures.")}
    shared = {"lowrank.figures.lstm"} if figure in ("fig5", "figS_lstm") else set()
    shared |= {"lowrank.figures.linear"} if figure in ("fig3", "figS_singular_values") else set()
    shared |= {"lowrank.figures.means"} if figure in ("fig2", "fig2_seeds", "figS_size") else set()
    assert found == {"lowrank.figures.panels", "lowrank.figures.style", f"lowrank.figures.{figure}"} | shared
    assert not {name for name in closure(figure) if "comparison" in name or name == "lowrank.analysis.evaluation"}
    if (variant := f"{figure}_published") in PLAIN:
        added = {f"lowrank.comparison.{name}" for name in ("base", "published", figure)} | {"lowrank.comparison"}
        assert closure(variant) == closure(figure) - {"figure"} | added | {
            "figure_published",
            "lowrank.figures.published",
        }


def test_every_module_of_the_library_is_found():
    """None is left out of all closures but what plans, checks and writes."""
    everywhere = set().union(*map(closure, STAGES))
    named = {".".join(path.relative_to(SCRIPTS).with_suffix("").parts) for path in LIBRARY.rglob("*.py")}
    left = {name.removesuffix(".__init__") for name in named} - everywhere
    rooms = ("config", "jobs", "notebook", "plan", "tasks.contract")
    left = {name for name in left if not name.startswith(tuple(f"lowrank.{room}" for room in rooms))}
    plumbing = ("compiled.build", "compiled.processor", "core.fingerprint", "compiled.arithmetic")
    of_sentiment = ("downloads", "sources")
    expected = {f"lowrank.{name}" for name in (*plumbing, "store.foreign")}  # config.yaml has no imported networks
    assert left == expected | {f"lowrank.sentiment.sentences.{name}" for name in of_sentiment}


PRINT_ALL = """
import sys
sys.path.insert(0, sys.argv[1])
from lowrank.core.fingerprint import fingerprint
print(*map(fingerprint, sys.argv[2:]))
"""


def fingerprints(python: str, **environment: str) -> list[str]:
    """Those of all modules and scripts, computed by another Python."""
    files = sorted(path.relative_to(SCRIPTS).with_suffix("") for path in SCRIPTS.rglob("*.py"))
    names = [".".join(path.parts).removesuffix(".__init__") for path in files]
    command = [python, "-c", PRINT_ALL, str(SCRIPTS), *names]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_it_does_not_depend_on_the_hash_seed():
    found = [fingerprints(sys.executable, PYTHONHASHSEED=seed) for seed in ("0", "1", "random")]
    assert found[0] == found[1] == found[2]
    assert len(set(found[0])) > 20


def runs(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


def pythons() -> list[str]:
    """Other Pythons from 3.11 on that work here."""
    candidates = {shutil.which(f"python3.{minor}") for minor in range(11, 16)} - {None}
    candidates |= set(map(str, Path.home().glob(".pyenv/versions/3.1[1-9]*/bin/python")))
    return [each for each in sorted(candidates) if runs(each)]


def test_it_is_the_same_on_every_python():
    """They dump trees in their own ways; 3.12 puts empty texts into some formats."""
    others = pythons()
    if not others:
        pytest.skip("there is no other Python")
    expected = fingerprints(sys.executable)
    for python in others:
        assert fingerprints(python) == expected, python


FORMATS = [
    *('f"{x:>{w}}"', 'f"{x!r:>{w}.{p}}"', 'f"a" "b" f"{x}" "c"', 'f"{x=}"', 'f"{x:{y}{z}}"', 'f"{x:%H:%M}"'),
    *('f"{x:}"', 'f""', 'f"{{}}{x}"', 'rf"\\d{x}\\n"', 'f"{x,}"', 'f"{x:{1}}"', 'u"x"', '"a" "b"'),
]


def test_an_empty_text_in_a_format_does_not_count(tree):
    """As Python 3.12 has it; an empty text elsewhere does."""
    for text in FORMATS:
        parsed = ast.parse(text)
        before = code._dump(parsed)
        for node in ast.walk(parsed):
            if isinstance(node, ast.JoinedStr):
                node.values.append(ast.Constant(""))
        assert code._dump(parsed) == before
    assert of('a = ["", b]', tree) != of("a = [b]", tree)
    assert len({of(f"a = {text}", tree) for text in FORMATS}) == len(FORMATS)


# The archive's modules: what verifies one needs the standard library alone


def third_party(path: Path) -> set[str]:
    """The packages that a file imports, anywhere in it, but the standard library's and ours."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"lowrank", "job"}


OF_ARCHIVE = {
    "__init__": "",
    "reproduce": "surroundings threadpoolctl yaml",
    "building": "yaml",
    "contents": "",
    "agreement": "numpy",
    "metadata": "rocrate yaml",
    "origin": "",
    "packing": "",
    "page": "",
    "verify": "",
}


def test_modules_of_the_archive_import_these_packages():
    found = {path.stem: third_party(path) for path in (SCRIPTS / "commands/archive").glob("*.py")}
    assert found == {name: set(packages.split()) for name, packages in OF_ARCHIVE.items()}


# Scripts and rules


RULES = [ROOT / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]
RUN_BY_RULES = sorted({name for file in RULES for name in re.findall(r'"\.\./scripts/(\w+)\.py"', file.read_text())})
WITHOUT_TORCH = ["measure", "gather", "summary", "theory", "sentiment_data"]
WITHOUT_TORCH += ["compute", "page", "report"]


def test_all_scripts_are_known():
    with_pandas = {"figure", "figure_published", "claims", "claims_page", "comparison"}
    assert set(RUN_BY_RULES) == {*WITHOUT_TORCH, "train", "train_sentiment", "archive", "verify", *with_pandas}
    typed = {"doctor", "explain", "plan", "diff", "unused", "all_claims"}
    assert {path.stem for path in SCRIPTS.glob("*.py")} == {*RUN_BY_RULES, "job", "surroundings", *typed}


@pytest.mark.parametrize("script", RUN_BY_RULES)
def test_a_script_is_short(script):
    assert len((SCRIPTS / f"{script}.py").read_text().splitlines()) <= 25


def test_the_snakefile_is_a_table_of_contents():
    assert len((ROOT / "Snakefile").read_text().splitlines()) <= 45


HEAVY = {"torch", "pandas", "matplotlib", "seaborn"}


@pytest.mark.parametrize("file", RULES, ids=lambda path: path.name)
def test_rules_import_nothing_heavy(file):
    assert not re.search(rf"^\s*(import|from)\s+({'|'.join(HEAVY)})", file.read_text(), re.MULTILINE)


def imports(file: Path) -> str:
    """The lines of a file that import, without those of Snakemake."""
    found = re.findall(r"^(?:import|from) .*$", file.read_text(), re.MULTILINE)
    return "\n".join(line for line in found if "snakemake" not in line)


def loaded(program: str) -> set[str]:
    """The packages that are loaded after a program has run."""
    program += "\nimport sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("script", WITHOUT_TORCH)
def test_measures_load_neither_torch_nor_pandas(script):
    found = loaded(imports(SCRIPTS / f"{script}.py"))
    assert "lowrank" in found
    assert not found & (HEAVY | {"snakemake"})


def test_loading_a_measure_loads_neither_torch_nor_pandas_nor_the_schema():
    """Pydantic is for the config's checks; a measure's settings are checked when its job starts."""
    found = loaded("from lowrank import measures\nmeasures.every()")
    assert not found & (HEAVY | {"pydantic", "pyarrow"})


def test_rules_load_neither_torch_nor_pandas():
    """Not even indirectly: every job reads them again."""
    found = loaded("\n".join(imports(file) for file in RULES))
    assert "lowrank" in found
    assert not found & HEAVY


def test_what_needs_snakemakes_insides_names_its_tests():
    text = (ROOT / "workflow" / "rules" / "insides.smk").read_text()
    named = re.findall(r"Test: (\w+\.py)::(\w+)\.", text.replace("\n    ", " "))
    assert len(named) == 4
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text()


def test_figures_load_no_torch():
    found = loaded(imports(SCRIPTS / "figure.py") + f"\nfrom lowrank.figures import {', '.join(FIGURES)}")
    assert "seaborn" in found
    assert "torch" not in found


# In a spec


def test_the_code_is_in_the_spec_of_its_own_task_alone(monkeypatch, tmp_path):
    """An edit of one task's file renames its networks and no other."""
    monkeypatch.setattr(code, "TREES", tmp_path / "trees.json")  # what an earlier start in this clone has kept
    forget()
    tasks = {task: {"g": [0.9], "epochs": 1, "n_neurons": 4} for task in TASKS}
    before = {spec["task"]: spec["code"] for spec in specs(tasks)}
    assert len(set(before.values())) == len(set(MODULE.values()))
    edited = LIBRARY / "tasks" / f"{TASKS[0]}.py"
    parse = ast.parse

    def with_an_edit(text, *arguments, **more):
        return parse(text + b"\nEDIT = 1\n" if text == edited.read_bytes() else text, *arguments, **more)

    monkeypatch.setattr(ast, "parse", with_an_edit)
    forget()
    try:
        after = {spec["task"]: spec["code"] for spec in specs(tasks)}
    finally:
        monkeypatch.undo()
        forget()
    assert {task for task in TASKS if after[task] != before[task]} == {TASKS[0]}
