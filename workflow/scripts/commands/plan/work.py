"""The work of a job, as far as its time depends on it."""

from collections.abc import Iterator
from typing import NamedTuple

from lowrank import measures
from lowrank.plan import plan as planning
from lowrank.store.networks import file


class Work(NamedTuple):
    """`amount` repetitions of one unit of work: an epoch, or what a measure repeats."""

    rule: str  # train also for the rules of stacks
    task: str  # as in the config; empty for jobs without a task
    module: str
    kernel: str
    device: str
    n_neurons: int
    amount: int
    networks: int = 1


class Plan:
    """The config and specs of a start."""

    def __init__(self, plan: dict):
        self.settings = plan["config"]
        self.specs = {file(spec): spec for spec in planning.all_networks(plan).values()}
        self.stacks = plan["stacks"]
        self.sizes = dict(self._sizes(plan))

    def work(self, rule: str, wildcards: dict[str, str], output: list[str]) -> Work:
        """Return the work of a job."""
        specs = [self.specs[name] for name in output if name in self.specs]
        if specs and specs[0]["task"] != measures.LSTM:
            return self._training(specs)
        if specs:
            return training(specs[0], self.settings["device"])
        if rule in self.stacks:
            keys = self.stacks[rule]["keys"]
            stacked = measures.by_rule(self.stacks[rule]["rule"])
            return measure(self.settings, stacked, keys[0].partition("/")[0], len(keys))
        if single := measures.by_rule(rule):
            return measure(self.settings, single, wildcards.get("task", measures.LSTM))
        return Work(rule, "", "", "", "cpu", 0, 1)

    def _sizes(self, plan: dict) -> Iterator[tuple[str, int]]:
        """Yield the files of measures with their estimated bytes."""
        for key, spec in planning.specs_by_key(plan).items():
            for each in measures.of(planning.is_lstm(key)):
                made = each(**each.settings(self.settings))
                yield each.file(self.settings["run"], key), made.size(spec["n_neurons"])

    def _training(self, specs: list[dict]) -> Work:
        device = "cuda" if planning.on_gpu(self.settings, specs[0]["task"]) else "cpu"
        return training(specs[0], device, len(specs), planning.kernel(self.settings, specs[0]["task"]))


def training(spec: dict, device: str, networks: int = 1, kernel: str = "") -> Work:
    """Return the work of training a task's networks, at once on a GPU and else one by one, or of training the LSTM."""
    if spec["task"] == measures.LSTM:
        return Work("train_sentiment", measures.LSTM, measures.LSTM, "", device, spec["n_neurons"], spec["epochs"])
    what = (spec["task"], spec["module"], kernel, device, spec["n_neurons"])
    one_by_one = networks if device == "cpu" else 1
    return Work("train", *what, one_by_one * spec.get("epochs", 1), networks)  # an imported network has no epochs


def measure(settings: dict, what: type[measures.Measure], task: str, networks: int = 1) -> Work:
    """Return the work of measuring a task's networks, one after another, in a run with these settings."""
    of = {"module": task} | (settings[task] if what.of_lstm else settings["tasks"][task])
    amount = networks * what(**what.settings(settings)).amount()
    return Work(what.rule, task, of["module"], "", "cpu", of["n_neurons"], amount, networks)
