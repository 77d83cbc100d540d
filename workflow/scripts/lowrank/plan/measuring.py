"""Which job takes which measure of which network, with which settings, and whether the result is up to date."""

from collections.abc import Iterator, Mapping

from .. import measures
from ..core import spec
from ..measures import Measure
from . import orders


def order(plan: dict, measure: type[Measure], task: str, networks: list[str]) -> dict:
    """Return the order of a job that measures `networks` (hashes of their specs), all of one task."""
    stage = orders.of_task(measure, task)
    settings = measure.settings(plan["config"])
    return orders.order(plan, stage, measure=measure.name, settings=settings, networks=networks)


def record(plan: dict, measure: type[Measure], task: str, network: str) -> str:
    """Return the record that a network's measure table should carry; `network` is the hash of the network's spec."""
    return spec.record(order(plan, measure, task, [network]), network)


def outdated(
    plan: dict, specs: dict[str, dict], checksums: dict[str, str | None], found: Mapping[str, dict]
) -> Iterator[tuple[type[Measure], str]]:
    """Yield (measure, key) where the measure is missing or was made with another network, settings or code.

    `specs` and `checksums` are keyed by key; the checksum of a missing network is None. Checksums are compared
    because a network that was deleted and retrained elsewhere may differ in its last bits. `found` maps paths to the
    records stored in the measure files.
    """
    for key, network in specs.items():
        task = network["task"]
        for measure in measures.of(lstm=task == measures.LSTM):
            planned = {"made_of": record(plan, measure, task, spec.digest(network)), "network": checksums[key]}
            of = found[measure.file(plan["config"]["run"], key)]
            if checksums[key] is None or {key: of.get(key) for key in planned} != planned:
                yield measure, key
