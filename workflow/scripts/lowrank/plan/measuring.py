"""Which measure of which network a job takes, with which settings, and whether it is there as planned."""

from collections.abc import Iterator, Mapping

from .. import measures
from ..core import spec
from ..measures import Measure
from . import orders


def order(plan: dict, measure: type[Measure], task: str, networks: list[str]) -> dict:
    """What a job is told that measures `networks` (the hashes of their specs), all of one task."""
    stage = orders.of_task(measure, task)
    settings = measure.settings(plan["config"])
    return orders.order(plan, stage, measure=measure.name, settings=settings, networks=networks)


def record(plan: dict, measure: type[Measure], task: str, network: str) -> str:
    """What the table of a network's measure has to say of its making; `network` is the hash of its spec."""
    return spec.record(order(plan, measure, task, [network]), network)


def outdated(
    plan: dict, specs: dict[str, dict], checksums: dict[str, str | None], found: Mapping[str, dict]
) -> Iterator[tuple[type[Measure], str]]:
    """The measures (measure, place) that are missing, or not of these networks with the planned settings and code.

    `specs` and `checksums` are those of the run's networks by place; the checksum of a missing network is None. It
    is compared, too: a network that was deleted and trained again elsewhere may differ in its last bits. `found` is
    what the files of measures say of their making.
    """
    for place, network in specs.items():
        task = network["task"]
        for measure in measures.of(lstm=task == measures.LSTM):
            planned = {"made_of": record(plan, measure, task, spec.digest(network)), "network": checksums[place]}
            of = found[measure.file(plan["config"]["run"], place)]
            if checksums[place] is None or {key: of.get(key) for key in planned} != planned:
                yield measure, place
