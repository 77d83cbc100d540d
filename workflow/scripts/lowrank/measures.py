"""The measures of trained networks: which rule takes each, with which settings, and whether it is there as planned."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from . import orders, spec


class Measure(NamedTuple):
    """A measure of a network, in a table of its own."""

    rule: str
    settings: tuple[str, ...]  # the keys of the config's section that it uses


MEASURES = {
    "truncation": Measure("truncate", ("ranks", "trials")),
    "shuffle": Measure("shuffle", ("shuffles", "trials")),
    "spectrum": Measure("spectrum", ()),
    "trials": Measure("trials", ("trials", "shown_trial")),
}
OF_LSTM = {
    "truncation": Measure("truncate_sentiment", ("ranks", "compressed_rank")),
    "spectrum": Measure("spectrum_sentiment", ()),
}


def file(run: str, name: str, place: str) -> str:
    """The table of one network's measure."""
    return f"results/{run}/{name}/{place}.parquet"


def order(plan: dict, name: str, task: str, networks: list[str]) -> dict:
    """What a job is told that measures `networks` (the hashes of their specs), all of one task."""
    lstm = task == "sentiment"
    measure, section = (OF_LSTM[name], "sentiment") if lstm else (MEASURES[name], "measure")
    stage = measure.rule if lstm else orders.of_task(measure.rule, task)
    settings = {key: plan["config"][section][key] for key in measure.settings}
    return orders.order(plan, stage, networks=networks, **settings)


def record(plan: dict, name: str, task: str, network: str) -> str:
    """What the table of a network's measure has to say of its making; `network` is the hash of its spec."""
    return spec.record(order(plan, name, task, [network]), network)


def outdated(
    plan: dict, specs: dict[str, dict], checksums: dict[str, str | None], found: Mapping[str, dict]
) -> Iterator[tuple[str, str]]:
    """The measures (name, place) that are missing, or not of these networks with the planned settings and code.

    `specs` and `checksums` are those of the run's networks by place; the checksum of a missing network is None. It
    is compared, too: a network that was deleted and trained again elsewhere may differ in its last bits. `found` is
    what the files of measures say of their making.
    """
    for place, network in specs.items():
        task = network["task"]
        for name in OF_LSTM if task == "sentiment" else MEASURES:
            planned = {"made_of": record(plan, name, task, spec.digest(network)), "network": checksums[place]}
            of = found[file(plan["config"]["run"], name, place)]
            if checksums[place] is None or {key: of.get(key) for key in planned} != planned:
                yield name, place
