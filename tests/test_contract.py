"""A task of one's own: whatever its file does wrong is told in one sentence when the config is read."""

import copy
import importlib
import shutil
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import workflow
from lowrank import tasks
from lowrank.config.config import validated
from lowrank.core import fingerprint
from lowrank.core.errors import UserError
from lowrank.tasks import contract
from lowrank.training import kernels
from specs import RAW, TASKS

MINE = '''"""A task of one's own."""

from dataclasses import dataclass

import numpy as np

from .base import Task, Trials


@dataclass(frozen=True)
class Mine(Task):
    """Report the sign of a constant input at the end."""

    n_in = 1
    n_out = 2
    phases = ("stimulus", "decision")

    duration: float

    def draw(self, rng, n_trials):
        steps = self.steps("duration")
        sign = rng.choice([-1, 1], (n_trials, 1, 1)).astype(np.float32)
        inputs = np.tile(sign, (1, steps, 1))
        targets = np.repeat(inputs, 2, axis=2)
        mask = np.zeros(targets.shape, bool)
        mask[:, -2:] = True
        phase = np.zeros((n_trials, steps), np.uint8)
        phase[:, -2:] = 1
        return Trials(inputs, targets, mask, phase)
'''
RETURN = "        return Trials(inputs, targets, mask, phase)\n"
ENTRY = {"g": [0.0, 0.9], "epochs": 20, "duration": 5}  # 10 steps


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a task's file where tasks are looked for, beside the others."""
    folder = tmp_path / "tasks"
    shutil.copytree(Path(tasks.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(tasks, "__file__", str(folder / "__init__.py"))
    monkeypatch.setattr(tasks, "__path__", [str(folder)])
    before = set(sys.modules)

    def put(text: str | bytes, name: str = "mine") -> Path:
        path = folder / f"{name}.py"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        forget(before)
        return path

    yield put
    forget(before)


def forget(before: set[str]) -> None:
    """A start imports a task's file once; here it is written anew."""
    for name in set(sys.modules) - before:
        if name.startswith("lowrank.tasks."):
            del sys.modules[name]
    importlib.invalidate_caches()


def edited(*changes: tuple[str, str], text: str = MINE) -> str:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def ending(*lines: str) -> str:
    """The task with lines before its `return`."""
    return edited((RETURN, "".join(f"        {line}\n" for line in lines) + RETURN))


def config(**entry) -> dict:
    """The paper's config with the task in it."""
    raw = copy.deepcopy(RAW) | {"sentiment": None}
    raw["tasks"]["mine"] = ENTRY | entry
    return raw


def errors(raw: dict | None = None) -> list[str]:
    with pytest.raises(UserError) as caught:
        validated(raw or config())
    head, *lines = str(caught.value).splitlines()
    assert head == "the config cannot be used:"
    return [line.strip() for line in lines]


# --- What is right


def test_a_task_that_keeps_the_contract_is_taken(write):
    write(MINE)
    assert validated(config())["tasks"]["mine"]["numbers"] == {"duration": 5.0}


@pytest.mark.parametrize("name", TASKS)
def test_the_papers_tasks_keep_it_at_other_steps_and_batches(name):
    """And one trial a batch is judged, too."""
    for dt in (0.5, 0.25):
        raw = copy.deepcopy(RAW) | {"sentiment": None}
        raw["tasks"][name] |= {"dt": dt, "batch": 1, "left_out": False}
        assert validated(raw)["tasks"][name]["dt"] == dt


@pytest.mark.parametrize(
    "change",
    [
        ("np.uint8)", "np.int64)"),  # an index
        ("    n_in = 1\n", "    @property\n    def n_in(self):\n        return 1\n\n"),
        ("    n_in = 1\n", "    n_in = np.int64(1)\n"),
        ("import numpy as np", "import numpy as np\n\nfrom .romo import Romo  # another's class\n"),
    ],
)
def test_what_works_is_no_mistake(write, change):
    write(edited(change))
    validated(config())


def test_an_encoding_and_a_byte_order_mark_are_pythons_own_affair(write, monkeypatch):
    """Some editors write them; the fingerprint reads them as Python does."""
    path = write(("\ufeff" + MINE).encode())
    validated(config())
    latin = write(("# -*- coding: latin-1 -*-\nNAME = 'é'\n" + MINE).encode("latin-1"))
    validated(config())
    assert path == latin
    monkeypatch.setattr(fingerprint, "SCRIPTS", path.parent)
    for function in ("_read", "find"):
        getattr(fingerprint, function).cache_clear()
    assert fingerprint._tree("mine").body[0].value.value == "é"
    for function in ("_read", "find"):
        getattr(fingerprint, function).cache_clear()


def test_the_check_changes_no_random_numbers():
    """Neither those of numpy's own generator nor what a stream gives."""
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    validated(copy.deepcopy(RAW) | {"sentiment": None})
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_the_check_takes_milliseconds():
    """Every start reads the config: 0.5 to 1.2 ms a task were measured, and busy machines are slower."""
    settings = validated(copy.deepcopy(RAW) | {"sentiment": None})["tasks"]
    seconds = []
    for _ in range(5):
        start = time.process_time()
        for entry in settings.values():
            assert contract.errors_of_task(entry["module"], entry, entry["numbers"]) == []
        seconds.append(time.process_time() - start)
    assert min(seconds) / len(settings) < 0.02


# --- What is drawn

LINE = MINE.splitlines().index(RETURN.rstrip("\n")) + 1  # of the task's `return`
DRAWN = {
    "no axis of channels": (
        ["inputs = inputs[..., 0]"],
        "inputs has shape (8, 10); expected (trials, steps, n_in) = (8, 10, 1)",
    ),
    "steps before trials": (
        ["targets = targets.transpose(1, 0, 2)"],
        "targets has shape (10, 8, 2); expected (trials, steps, n_out) = (8, 10, 2)",
    ),
    "other channels": (
        ["targets = targets[..., :1]"],
        "targets has shape (8, 10, 1); expected (trials, steps, n_out) = (8, 10, 2)",
    ),
    "more inputs": (
        ["inputs = np.repeat(inputs, 3, axis=2)"],
        "inputs has shape (8, 10, 3); expected (trials, steps, n_in) = (8, 10, 1)",
    ),
    "a mask for all outputs together": (
        ["mask = mask.any(axis=2)"],
        "mask has shape (8, 10); expected (trials, steps, n_out) = (8, 10, 2)",
    ),
    "a mask that would be broadcast": (
        ["mask = mask[..., :1]"],
        "mask has shape (8, 10, 1); expected (trials, steps, n_out) = (8, 10, 2)",
    ),
    "a phase by channel": (
        ["phase = phase[..., None]"],
        "phase has shape (8, 10, 1); expected (trials, steps) = (8, 10)",
    ),
    "one phase for all trials": (["phase = phase[0]"], "phase has shape (10,); expected (trials, steps) = (8, 10)"),
    "a field that is shorter": (
        ["inputs = inputs[:, 1:]"],
        "inputs has shape (8, 9, 1); expected (trials, steps, n_in) = (8, 10, 1)",
    ),
    "double precision": (["inputs = inputs.astype(float)"], "inputs has dtype float64; expected float32"),
    "another byte order": (["targets = targets.astype('>f4')"], "targets has dtype >f4; expected float32"),
    "a mask of numbers": (["mask = mask.astype(np.float32)"], "mask has dtype float32; expected bool"),
    "a phase that is no index": (["phase = phase.astype(np.float32)"], "phase has dtype float32; expected uint8"),
    "a list": (["phase = phase.tolist()"], "phase is an object of type list; expected an array"),
    "nothing": (["mask = None"], "mask is None; expected an array"),
    "NaN going in": (
        ["inputs[2, 3] = np.nan"],
        "inputs holds nan at trial 2, step 3, channel 0; expected finite numbers",
    ),
    "infinity going in": (
        ["inputs[0, -1] = -np.inf"],
        "inputs holds -inf at trial 0, step 9, channel 0; expected finite numbers",
    ),
    "NaN as a target": (
        ["targets[1, 8, 1] = np.nan"],
        "targets holds nan at trial 1, step 8, channel 1, where the mask is True; expected finite numbers",
    ),
    "NaN where nothing is judged": (
        ["targets[~mask] = np.nan"],
        "targets holds nan at trial 0, step 0, channel 0, where the mask is False; expected any finite number",
    ),
    "nothing is judged": (["mask[:] = False"], "mask is never True in a batch of 8 trials; expected a step"),
    "a phase beyond": (
        ["phase[:, 4] = 2"],
        "phase holds 2 at trial 0, step 4; expected an index into the 2 phases, from 0",
    ),
    "a phase from the end": (
        ["phase = phase.astype(int) - 1"],
        "phase holds -1 at trial 0, step 0; expected an index into the 2 phases, from 0",
    ),
    "a tuple": (["return inputs, targets, mask, phase"], "draw returned an object of type tuple; expected Trials"),
    "no return": (["return"], "draw returned None; expected Trials"),
    "an error of its own": (
        ["missing_name"],
        f"draw raised NameError: name 'missing_name' is not defined (tasks/mine.py, line {LINE})",
    ),
    "an error in numpy": (
        ["np.linalg.inv(np.zeros((2, 2)))"],
        f"draw raised LinAlgError: Singular matrix (tasks/mine.py, line {LINE})",
    ),
    "an error without text": (["raise KeyError"], f"draw raised KeyError (tasks/mine.py, line {LINE})"),
    "an exit": (["raise SystemExit('bye')"], f"draw raised SystemExit: bye (tasks/mine.py, line {LINE})"),
    "a text of many lines": (
        ["raise ValueError('one\\n  two' + 400 * 'x')"],
        "draw raised ValueError: one two" + 293 * "x" + "…",
    ),
    "too many trials at once": (
        ["(8 * np.ones(4))[n_trials - 1 :].reshape(-1)[0]"],
        "draw raised IndexError: index 0 is out of bounds for axis 0 with size 0",
    ),
    "numpy's own generator": (
        ["inputs += np.random.random(inputs.shape).astype(np.float32)"],
        "draw is not determined by rng: twice the same stream gave different inputs",
    ),
    "the clock": (
        ["import time", "targets += np.float32(time.perf_counter_ns() % 2**20)"],
        "draw is not determined by rng: twice the same stream gave different targets",
    ),
    "what was drawn before": (
        [
            "import itertools",
            "Mine.drawn = getattr(Mine, 'drawn', itertools.count())",
            "mask[:, next(Mine.drawn)] = True",
        ],
        "draw is not determined by rng: twice the same stream gave different mask",
    ),
    "trials as long as the longest of a batch": (
        [
            "parts = inputs, targets, mask, phase",
            "return Trials(*(part[:, 5 if n_trials == 1 else 0 :] for part in parts))",
        ],
        "draw gave trials of 5 and of 10 steps; expected one number of steps in all draws",
    ),
}


@pytest.mark.parametrize("what", DRAWN)
def test_what_is_drawn(write, what):
    lines, sentence = DRAWN[what]
    write(ending(*lines))
    (error,) = errors()
    assert error.startswith(f"tasks.mine: {sentence}")


def test_one_trial_too_many(write):
    """Each field is one of its own; all are told."""
    write(edited(("        steps = self", "        n_trials += 1\n        steps = self")))
    assert errors() == [
        "tasks.mine: inputs has shape (9, 10, 1); expected (trials, steps, n_in) = (8, 10, 1)",
        "tasks.mine: targets has shape (9, 10, 2); expected (trials, steps, n_out) = (8, 10, 2)",
        "tasks.mine: mask has shape (9, 10, 2); expected (trials, steps, n_out) = (8, 10, 2)",
        "tasks.mine: phase has shape (9, 10); expected (trials, steps) = (8, 10)",
    ]


def test_one_trial_alone_may_be_what_goes_wrong(write):
    """Measures and the fast kernel ask for one; squeezed arrays lose its axis."""
    write(ending("inputs = inputs.squeeze(0) if n_trials == 1 else inputs"))
    assert errors() == ["tasks.mine: inputs has shape (10, 1); expected (trials, steps, n_in) = (1, 10, 1)"]


def test_trials_that_are_not_judged_are_a_mistake_only_where_they_are_a_whole_batch(write):
    write(ending("mask[::2] = False"))
    validated(config(batch=2))
    assert errors(config(batch=1)) == [
        "tasks.mine: mask is never True in a batch of 1 trials; expected a step at which the output is judged"
    ]


def test_trials_without_a_step(write):
    write(edited(("    duration: float\n", "    duration: int\n"), ('self.steps("duration")', "self.duration")))
    assert errors(config(duration=0)) == [
        "tasks.mine: mask is never True in a batch of 8 trials; expected a step at which the output is judged"
    ]


def test_a_deterministic_task_has_one_trial(write):
    deterministic = ("    n_in = 1\n", "    n_in = 1\n    deterministic = True\n")
    write(edited(deterministic))
    assert errors() == [
        "tasks.mine: deterministic is True, but trials differ in inputs; expected none, or deterministic = False"
    ]
    by_stream = ("rng.choice([-1, 1], (n_trials, 1, 1))", "np.full((n_trials, 1, 1), rng.random())")
    write(edited(deterministic, by_stream))
    assert "tasks.mine: deterministic is True, but trials differ in inputs" in errors()[0]
    write(edited(deterministic, ("rng.choice([-1, 1], (n_trials, 1, 1))", "np.ones((n_trials, 1, 1))")))
    validated(config())


SECTION_3 = ("nonlinearity", "optimizer", "trained", "batch")
LINEAR = {key: RAW["tasks"]["linear_z0.5"][key] for key in SECTION_3}


@pytest.mark.parametrize("line", ["inputs[:, 5:] *= 2", "inputs[:] = 0", "inputs[:, :9] = 0"])
def test_what_the_kernel_of_linear_networks_takes_for_granted(write, line):
    """An input that stays what it is, judged from then on only; other tasks are trained by the general kernel."""
    linear = edited(
        ("    n_in = 1\n    n_out = 2\n", "    n_in = 1\n    n_out = 1\n    deterministic = True\n"),
        ("rng.choice([-1, 1], (n_trials, 1, 1))", "np.ones((n_trials, 1, 1))"),
        ("np.repeat(inputs, 2, axis=2)", "inputs.copy()"),
    )
    write(linear)
    assert trained_by(LINEAR) == "linear"
    assert trained_by(LINEAR | {"batch": 2}) == "compiled"
    write(edited((RETURN, f"        {line}\n{RETURN}"), text=linear))
    assert trained_by(LINEAR) == "compiled"


def trained_by(changes: dict) -> str:
    kernels._has_one_constant_input.cache_clear()  # of the file that was there before
    return kernels.compiled_for(validated(config(**changes))["tasks"]["mine"])


# --- What the file declares

HEADER = MINE.partition("@dataclass")[0]
DECORATOR = "@dataclass(frozen=True)\n"
TWO = MINE + "\n\n" + MINE[MINE.index(DECORATOR) :].replace("Mine", "Other")
LATE = "__import__('signal').raise_signal(__import__('signal').SIGALRM)"  # as if it had taken all its time
FILES = {
    "no class": (HEADER, "tasks/mine.py defines no task: it needs one class that derives from Task"),
    "empty": ("", "tasks/mine.py defines no task: it needs one class that derives from Task"),
    "another's class": (
        "from .romo import Romo\n",
        "tasks/mine.py defines no task: it needs one class that derives from Task",
    ),
    "two classes": (TWO, "tasks/mine.py defines 2 tasks (Mine, Other): put each into a file of its own"),
    "two names": (MINE + "\n\nAgain = Mine\n", "tasks/mine.py defines 2 tasks (Again, Mine): put each into a file"),
    "no dataclass": (
        edited((DECORATOR, "")),
        "Mine in tasks/mine.py is not a frozen dataclass: write @dataclass(frozen=True) above it",
    ),
    "not frozen": (
        edited((DECORATOR, "@dataclass\n")),
        "tasks/mine.py cannot be imported: TypeError: cannot inherit non-frozen dataclass from a frozen one",
    ),
    "no draw": (edited(("def draw", "def drawn")), "Mine in tasks/mine.py does not define draw"),
    "no Python": (
        edited(("rng, n_trials):", "rng, n_trials)")),
        "tasks/mine.py cannot be imported: SyntaxError: expected ':' (tasks/mine.py, line 20)",
    ),
    "cut short": (
        MINE[: MINE.index("mask = np.zeros(") + 16],
        "tasks/mine.py cannot be imported: SyntaxError: '(' was never closed (tasks/mine.py, line 25)",
    ),
    "no text": (b"\xff\xfe" + MINE.encode("utf-16-le"), "tasks/mine.py cannot be imported: SyntaxError: "),
    "null bytes": (bytes(100), "tasks/mine.py cannot be imported: "),
    "no such package": (
        edited(("import numpy as np", "import nonesuch")),
        "tasks/mine.py cannot be imported: ModuleNotFoundError: No module named 'nonesuch' (tasks/mine.py, line 5)",
    ),
    "no such name": (
        edited(("import Task, Trials", "import Task, Trial")),
        "tasks/mine.py cannot be imported: ImportError: cannot import name 'Trial' from 'lowrank.tasks.base'",
    ),
    "an error on import": (
        "import numpy as np\n\n1 / 0\n",
        "tasks/mine.py cannot be imported: ZeroDivisionError: division by zero (tasks/mine.py, line 3)",
    ),
    "an exit on import": (
        "import sys\n\nsys.exit(2)\n",
        "tasks/mine.py cannot be imported: SystemExit: 2 (tasks/mine.py, line 3)",
    ),
    "no inputs": (
        edited(("    n_in = 1\n", "")),
        "n_in is missing in tasks/mine.py; expected the number of inputs, 1 or more",
    ),
    "a fraction of outputs": (
        edited(("n_out = 2", "n_out = 2.0")),
        "n_out is 2.0 in tasks/mine.py; expected the number of outputs, 1 or more",
    ),
    "true inputs": (
        edited(("n_in = 1", "n_in = True")),
        "n_in is True in tasks/mine.py; expected the number of inputs",
    ),
    "no input": (edited(("n_in = 1", "n_in = 0")), "n_in is 0 in tasks/mine.py; expected the number of inputs"),
    "no phases": (
        edited(('    phases = ("stimulus", "decision")\n', "")),
        "phases is missing in tasks/mine.py; expected a tuple with the names of a trial's periods",
    ),
    "a phase without its comma": (
        edited(('("stimulus", "decision")', '("stimulus")')),
        "phases is 'stimulus' in tasks/mine.py; expected a tuple with the names of a trial's periods",
    ),
    "phases by number": (
        edited(('("stimulus", "decision")', "(0, 1)")),
        "phases is (0, 1) in tasks/mine.py; expected a tuple with the names of a trial's periods",
    ),
    "perhaps deterministic": (
        edited(("    n_in = 1\n", "    n_in = 1\n    deterministic = 'no'\n")),
        "deterministic is 'no' in tasks/mine.py; expected True or False",
    ),
    "a loss that no file takes": (
        edited(("    n_in = 1\n", "    n_in = 1\n    expected_loss = np.float32(1)\n")),
        "expected_loss is np.float32(1.0) in tasks/mine.py; expected None or a finite float",
    ),
    "a loss that cannot be told": (
        edited(
            ("    def draw", "    @property\n    def expected_loss(self):\n        return self.scale\n\n    def draw")
        ),
        "expected_loss raised AttributeError: 'Mine' object has no attribute 'scale' (tasks/mine.py, line 22)",
    ),
    "a number of a type that is not checked": (
        edited(("duration: float\n", "duration: np.ndarray\n")),
        "its numbers cannot be checked: PydanticSchemaGenerationError: Unable to generate pydantic-core schema",
    ),
    "a type that there is not": (
        edited(("duration: float\n", "duration: 'Time'\n")),
        "its numbers cannot be checked: ",
    ),
    "a check that fails": (
        edited(("    def draw", "    def __post_init__(self):\n        self.duration + self.delay\n\n    def draw")),
        "its numbers cannot be checked: AttributeError: 'Mine' object has no attribute 'delay' (tasks/mine.py, line 21",
    ),
    "a step that there is not": (
        edited(('self.steps("duration")', 'self.steps("durations")')),
        "draw raised AttributeError: 'Mine' object has no attribute 'durations' (tasks/mine.py, line 21)",
    ),
    "never returns: draw": (ending(LATE), "draw raised TimeoutError: not done after 60 s (tasks/mine.py, line"),
    "never returns: its file": (
        edited(("@dataclass", f"{LATE}\n@dataclass")),
        "tasks/mine.py cannot be imported: TimeoutError: not",
    ),
    "never returns: its numbers": (
        edited(("    def draw", f"    def __post_init__(self):\n        {LATE}\n\n    def draw")),
        "its numbers cannot be checked: TimeoutError: not done after 60 s (tasks/mine.py, line 21)",
    ),
    "never returns: an attribute": (
        edited(("    def draw", f"    @property\n    def expected_loss(self):\n        {LATE}\n\n    def draw")),
        "expected_loss raised TimeoutError: not done after 60 s (tasks/mine.py, line 22)",
    ),
}


@pytest.mark.parametrize("what", FILES)
def test_what_the_file_declares(write, what):
    text, sentence = FILES[what]
    write(text)
    (error,) = errors()
    assert error.startswith(f"tasks.mine: {sentence}")


def test_what_never_returns_is_interrupted(monkeypatch):
    monkeypatch.setattr(contract.patience, "SECONDS", 0.05)

    @contract.limited()
    def endless():
        while True:
            pass

    with pytest.raises(TimeoutError, match=r"not done after 0\.05 s"):
        endless()


def test_what_returns_is_not_interrupted_later(write):
    write(MINE)
    validated(config())
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_file_whose_name_has_a_dot(write):
    """As a task's name in the config may have."""
    write(MINE, "mine_z0.5")
    raw = config()
    raw["tasks"]["mine_z0.5"] = raw["tasks"].pop("mine")
    (error,) = errors(raw)
    assert error.startswith("tasks.mine_z0.5: tasks/mine_z0.5.py cannot be imported: the name of a module holds no dot")


def test_the_task_is_named_as_in_the_config(write):
    write(ending("inputs = inputs[..., 0]"))
    raw = config()
    raw["tasks"]["yours"] = raw["tasks"].pop("mine") | {"module": "mine"}
    (error,) = errors(raw)
    assert error.startswith("tasks.yours: inputs has shape (8, 10)")


def test_all_are_told_at_once_with_the_configs_own_mistakes(write):
    write(ending("inputs = inputs.astype(float)", "targets[:] = np.nan", "mask = mask[0]"))
    write(HEADER, "empty")
    raw = config()
    raw["tasks"]["empty"] = ENTRY
    raw["tasks"]["romo"]["epoch"] = 5
    raw["measure"]["threshhold"] = 0.1
    assert [error.partition(":")[0] for error in errors(raw)] == [
        "measure.threshhold is not a key of the config",
        "tasks.romo.epoch is not a key of the config",
        "tasks.mine",
        "tasks.mine",
        "tasks.empty",
    ]


def test_a_mistake_in_its_numbers_is_told_alone(write):
    """What is drawn with wrong numbers says nothing."""
    write(ending("inputs = inputs[..., 0]"))
    (error,) = errors(config(duration="long"))
    assert error.startswith("tasks.mine.duration = 'long': input should be a valid number")


# --- Real starts


def test_a_start_tells_it_and_does_nothing(tmp_path):
    folder = tmp_path / "project"
    workflow.copy_sources(folder)
    file = workflow.library(folder) / "tasks/mine.py"
    file.write_text(ending("inputs = inputs[..., 0]"))
    workflow.configure(folder, tasks={"mine": ENTRY}, sentiment=None)
    output = workflow.refused(folder)
    assert "tasks.mine: inputs has shape (8, 10); expected (trials, steps, n_in) = (8, 10, 1)" in output
    assert not (folder / "results").exists()
    file.write_text(edited(("rng, n_trials):", "rng, n_trials)")))
    output = workflow.refused(folder)
    assert "tasks.mine: tasks/mine.py cannot be imported: SyntaxError: expected ':' (tasks/mine.py, line 20)" in output
    file.write_text(MINE)
    assert "train mine/g0.9/seed0" in workflow.planned(folder).names


def test_another_file_that_is_no_python_is_named(tmp_path):
    """Not imported when rules are read, but looked at: the fingerprint reads all that jobs will run."""
    folder = tmp_path / "project"
    workflow.copy_sources(folder)
    workflow.configure(folder, sentiment=None)
    file = workflow.library(folder) / "figures/fig1.py"
    file.write_text(file.read_text() + "\ndef draw(\n")
    output = workflow.refused(folder)
    assert "workflow/scripts/lowrank/figures/fig1.py, line" in output
    assert "is not Python: '(' was never closed" in output
