"""What a job has to do, as far as its time depends on it."""

from typing import NamedTuple

from lowrank import plan as planning
from lowrank.networks import file

AMOUNTS = {"truncate": ("ranks", "trials"), "shuffle": ("shuffles", "trials")}
OF_LSTM = ("train_sentiment", "truncate_sentiment", "spectrum_sentiment")


class Work(NamedTuple):
    """`amount` times the same thing: epochs, ranks x trials, shuffles x trials, or 1."""

    rule: str  # train, too, for the rules of stacks
    task: str  # as in the config; empty where a job is about none
    module: str
    kernel: str
    device: str
    n_neurons: int
    amount: int
    networks: int = 1


class Plan:
    """A start's config and specs."""

    def __init__(self, plan: dict):
        self.settings = plan["config"]
        self.specs = {file(spec): spec for spec in planning.all_networks(plan).values()}
        self.stacks = plan["stacks"]

    def work(self, rule: str, wildcards: dict[str, str], output: list[str]) -> Work:
        """What a job has to do."""
        specs = [self.specs[name] for name in output if name in self.specs]
        if specs and specs[0]["task"] != "sentiment":
            return self._training(specs)
        if rule in OF_LSTM:
            return lstm(self.settings, rule)
        if "task" in wildcards:
            return measure(self.settings, rule, wildcards["task"])
        if rule in self.stacks:
            places = self.stacks[rule]["places"]
            return measure(self.settings, self.stacks[rule]["rule"], places[0].partition("/")[0], len(places))
        return Work(rule, "", "", "", "cpu", 0, 1)

    def _training(self, specs: list[dict]) -> Work:
        device = "cuda" if planning.on_gpu(self.settings, specs[0]["task"]) else "cpu"
        return training(specs[0], device, len(specs), planning.kernel(self.settings, specs[0]["task"]))


def training(spec: dict, device: str, networks: int = 1, kernel: str = "") -> Work:
    """The training of a network of a task, or of several: at once on a GPU, else one by one; of the LSTM."""
    if spec["task"] == "sentiment":
        return Work("train_sentiment", "sentiment", "sentiment", "", device, spec["n_neurons"], spec["epochs"])
    what = (spec["task"], spec["module"], kernel, device, spec["n_neurons"])
    one_by_one = networks if device == "cpu" else 1
    return Work("train", *what, one_by_one * spec["epochs"], networks)


def measure(settings: dict, rule: str, name: str, networks: int = 1) -> Work:
    """A measure of networks of a task, one after the other, in a run with these settings."""
    task, amount = settings["tasks"][name], networks
    for key in AMOUNTS.get(rule, ()):
        value = settings["measure"][key]
        amount *= len(value) if isinstance(value, list) else value
    return Work(rule, name, task["module"], "", "cpu", task["n_neurons"], amount, networks)


def lstm(settings: dict, rule: str) -> Work:
    """A job of the LSTM, in a run with these settings."""
    own = settings["sentiment"]
    amount = {"train_sentiment": own["epochs"], "truncate_sentiment": 2 * len(own["ranks"])}.get(rule, 1)
    device = settings["device"] if rule == "train_sentiment" else "cpu"
    return Work(rule, "sentiment", "sentiment", "", device, own["n_neurons"], amount)
