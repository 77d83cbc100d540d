"""Measure the seconds that `make plan` knows without benchmarks, and print them as workflow/resources/seconds.csv.

    PYTHONPATH=workflow/scripts python tests/seconds.py > workflow/resources/seconds.csv

CPU seconds of one thread, so that it does not matter much what else the machine does. Training: the difference between
a longer and a shorter one is the epochs' share, the rest its start, with that of Python and its packages.
"""

import argparse
import platform
import subprocess
import sys
from time import process_time

from threadpoolctl import threadpool_limits

import specs
from lowrank import tasks
from lowrank.analysis import connectivity, evaluation
from lowrank.jobs import train_job
from lowrank.training import kernels

SIZES = {**dict.fromkeys(("flipflop", "mante", "romo"), (128, 256, 1024)), "linear_z0.5": (256, 1024)}
G = {"linear_z0.5": 0.6}  # in the middle of its cost; of the others g hardly matters
EPOCHS = {"compiled": (5, 45), "linear": (20, 200)}
RANKS, SHUFFLES, TRIALS = 6, 2, 512
HEAD = "rule,module,kernel,device,n_neurons,amount,start,seconds,machine"


def seconds(job) -> float:
    """CPU seconds of a call."""
    before = process_time()
    job()
    return process_time() - before


def importing(modules: str) -> float:
    """CPU seconds until Python has these."""
    code = f"import time, {modules}; print(time.process_time())"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def trained(name: str, n: int, epochs: int) -> tuple[dict, dict]:
    """A network, and its spec."""
    batch = {"batch": specs.RAW["tasks"][name].get("batch", specs.RAW["training"]["batch"])}
    spec = specs.spec(name, g=G.get(name, 0.9), n_neurons=n, epochs=epochs, **batch)
    (finished,) = train_job.recurrent([spec], None, save=lambda _: None, report=lambda *_: None, stopping=lambda: False)
    return spec, finished.arrays


def main(machine: str) -> None:
    """Print a line for everything measured."""
    without = importing("numpy, pyarrow.parquet, safetensors")

    def row(rule: str, module: str, kernel: str, n: int, amount: int, start: float, total: float) -> None:
        print(f"{rule},{module},{kernel},cpu,{n},{amount},{start:.2f},{total:.2f},{machine}", flush=True)

    print(HEAD)
    for name, sizes in SIZES.items():
        for n in sizes:
            measured(name, n, without, row)


def measured(name: str, n: int, without: float, row) -> None:
    """Training and measures of a task at a size."""
    kernel = kernels.chosen(specs.spec(name))
    module, (few, many) = specs.RAW["tasks"][name].get("module", name), EPOCHS[kernel]
    trained(name, n, 1)  # what is compiled and warmed up once
    short, long = (seconds(lambda epochs=epochs: trained(name, n, epochs)) for epochs in (few, many))
    epoch = max(long - short, 0.0) / (many - few)
    start = without + max(short - few * epoch, 0.0)
    epochs = specs.RAW["tasks"][name]["epochs"]
    row("train", module, kernel, n, epochs, start, start + epochs * epoch)
    spec, weights = trained(name, n, few)
    task = tasks.of(spec)
    trials = evaluation.test_trials(spec, task, TRIALS)
    decompose = seconds(lambda: connectivity.decomposition(weights))
    draw = seconds(lambda: evaluation.test_trials(spec, task, TRIALS))
    ranks = seconds(lambda: evaluation.loss_by_rank(weights, range(RANKS), spec, trials)) - decompose
    start = without + decompose + draw
    row("truncate", module, "", n, 26 * TRIALS, start, start + ranks * 26 / RANKS)
    shuffles = seconds(lambda: evaluation.loss_shuffled(weights, spec, SHUFFLES, trials))
    row("shuffle", module, "", n, 3 * TRIALS, without + draw, without + draw + shuffles * 3 / SHUFFLES)
    spectrum = seconds(lambda: [connectivity.singular_values(weights[name]) for name in ("W0", "W")])
    if module != "linear":
        spectrum += seconds(lambda: [connectivity.eigenvalues(weights[name]) for name in ("W0", "W")])
    row("spectrum", module, "", n, 1, without, without + spectrum)
    row("trials", module, "", n, 1, without, without + draw + 0.05)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--machine", default=platform.machine(), help="how the machine is called")
    with threadpool_limits(1):
        main(parser.parse_args().machine)
