"""Reproduce parts of an unpacked archive with its own code: redraw figures, retrain networks. Run by verify.py."""

import contextlib
import json
import os
import sys
import tempfile
from importlib import import_module
from math import isclose
from pathlib import Path

import yaml
from threadpoolctl import threadpool_limits

import surroundings
from lowrank import measures, tasks
from lowrank.core.errors import UserError
from lowrank.core.spec import digest
from lowrank.jobs import importing
from lowrank.plan import plan
from lowrank.store import checkpoint, networks, tables

from . import agreement, origin


def main() -> None:
    """Reproduce what was requested; print {findings, remarks} as the last line."""
    folder, order = Path(sys.argv[1]), json.loads(sys.argv[2])
    with contextlib.redirect_stdout(sys.stderr), threadpool_limits(1):  # as in every job
        try:
            found, remarks = made(folder, order)
        except UserError as error:
            found, remarks = [f"{error}"], []
    print(json.dumps({"findings": found, "remarks": remarks}))


def made(folder: Path, order: dict) -> tuple[list[str], list[str]]:
    """Return the findings and remarks of everything reproduced."""
    os.chdir(folder)
    facts = json.loads(Path("archive.json").read_text(encoding="utf-8"))
    planned = plan.all_networks(plan.make(yaml.safe_load(Path("run.yaml").read_text(encoding="utf-8"))))
    found = unplanned(facts, planned)
    remarks = [] if found else [f"code and config give the archive's {len(planned)} networks"]
    for each in (
        redrawn(facts) if order["redraw"] else ([], []),
        *(retrained(name, facts) for name in order["retrain"]),
    ):
        found, remarks = found + each[0], remarks + each[1]
    return found, remarks


def unplanned(facts: dict, planned: dict[str, dict]) -> list[str]:
    """List networks that the archive's config and code would not make, and missing ones that they would make."""
    archived, expected = set(facts["networks"]["files"]), set(map(networks.file, planned.values()))
    found = [f"{name}: is not a network of run.yaml according to the archive's code" for name in archived - expected]
    found += [
        f"{name}: is a network of run.yaml according to the archive's code, but it is missing"
        for name in expected - archived
    ]
    return sorted(found)


def redrawn(facts: dict) -> tuple[list[str], list[str]]:
    """Draw every figure from the archive's tables and compare bytes."""
    from lowrank.figures import style

    found = []
    for name, figure in facts["figures"].items():
        frames = {table: tables.read_frame(path, table) for table, path in figure["tables"].items()}
        drawing = import_module(f"lowrank.figures.{figure['module']}").draw(frames, figure["settings"])
        with tempfile.TemporaryDirectory() as folder:
            for path in figure["files"]:
                style.save(drawing, [new := Path(folder, Path(path).name)])
                if new.read_bytes() != Path(path).read_bytes():
                    found.append(f"{path}: redrawn from the tables, it differs{_other_versions(facts)}")
        print(f"drew {name}")
    return found, [] if found else [f"{len(facts['figures'])} figures redrawn, identical to the byte"]


def _other_versions(facts: dict) -> str:
    """Describe a possible cause: library versions that differ from the archive's."""
    here = origin.installed(facts["pins"])
    other = [
        f"{name} {here[name]} instead of {pin}" for name, pin in facts["installed"].items() if here.get(name) != pin
    ]
    return f" (here is {', '.join(other)})" if other else ""


def retrained(name: str, facts: dict) -> tuple[list[str], list[str]]:
    """Retrain a network and compare it: bit for bit on the machine type that trained it, statistically elsewhere."""
    path, archived = Path(name).resolve(), Path.cwd()
    about = checkpoint.read_about(path)
    spec = about["spec"]
    before = checkpoint.read(path, digest(spec))[1]
    if "imported" in spec:
        return judged_again(name, about, before, facts)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            _train(about, archived)
            after = checkpoint.read(name, digest(spec))[1]
            losses = [_losses(spec, Path(file).with_suffix(".parquet")) for file in (path, name)]
        finally:
            os.chdir(archived)
    if agreement.same_bits(before, after) and losses[0] == losses[1]:
        return [], [f"{name}: retrained, identical to the bit"]
    elsewhere = agreement.elsewhere(about, facts)
    if not elsewhere:
        return [f"{name}: retrained on the same type of machine, it differs"], []
    wrong, comparison = agreement.compared(before, after, *losses)
    if wrong:
        return [f"{name}: retrained on another machine ({elsewhere}) {sentence}" for sentence in wrong], []
    return [], [f"{name}: retrained on another machine ({elsewhere}) equal within tolerance: {comparison}"]


def judged_again(name: str, about: dict, weights: dict, facts: dict) -> tuple[list[str], list[str]]:
    """Compute the losses of an imported network again; the archive has its weights, and not the files they are from."""
    found = importing.losses(weights, about["spec"], tasks.of(about["spec"]))
    pairs = [(about[key], loss) for key, loss in found.items()]
    if all(archived == loss for archived, loss in pairs):
        return [], [f"{name}: imported, not trained here; its losses, computed again, are identical to the bit"]
    elsewhere = agreement.elsewhere(about, facts)
    if elsewhere and all(None not in pair and isclose(*pair, rel_tol=agreement.EARLY_LOSS) for pair in pairs):
        return [], [f"{name}: imported, not trained here; its losses agree on another machine ({elsewhere})"]
    return [f"{name}: imported; its losses, computed again, differ{f' ({elsewhere})' if elsewhere else ''}"], []


def _train(about: dict, archived: Path) -> None:
    """Train a network again, on a CPU with the original kernel."""
    spec = about["spec"]
    if spec["task"] == measures.LSTM:
        train_job = import_module("lowrank.jobs.train_lstm_job")
        train_job.run([spec], archived / f"resources/sentiment/{digest(spec['data'])}.safetensors")
    else:
        kernel = "reference" if about["kernel"] == "reference" else "fast"
        import_module("lowrank.jobs.train_job").run([spec], kernel=kernel)


def _losses(spec: dict, path: Path) -> list[float | None]:
    """Return the loss at every epoch."""
    table, column = (f"{measures.LSTM}_history", "train_loss") if spec["task"] == measures.LSTM else ("history", "loss")
    return tables.read(path, table)[column].to_pylist()


if __name__ == "__main__":
    surroundings.begin_again(sys.orig_argv[1:])
    main()
