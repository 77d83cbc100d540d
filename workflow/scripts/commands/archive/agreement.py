"""Check that two trainings of one network agree: bit for bit on the same machine type, else within stated tolerances.

Different processors round differently, and training amplifies differences: networks of large g are chaotic, and by the
end two trainings may differ as much as two seeds do. Little must therefore agree on other machines: the initial
weights, which are drawn rather than computed; the first epochs, before differences have grown; and, roughly, the size
of the change. All pairs of trainings of the same networks with and without a processor's vector instructions lie within
the tolerances: docs/archive.md has the numbers.
"""

import numpy as np

from lowrank.compiled import arithmetic

from . import origin

START = 1e-6  # relative to the norm of the initial weights
EARLY, EARLY_LOSS = 3, 0.01  # number of first epochs, and the largest relative difference of their losses
NORM = 3  # largest ratio of the norms of all changes


def same_bits(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> bool:
    """Return True if two networks are equal bit for bit."""
    return before.keys() == after.keys() and all(before[name].tobytes() == after[name].tobytes() for name in before)


def elsewhere(about: dict, facts: dict) -> str:
    """Return why bits may differ on this machine; empty if they must agree."""
    here = origin.machine()
    trained = {"machine": about["machine"], "processor": about.get("processor", facts["machine"]["processor"])}
    reasons = [
        f"{here[key] or 'unknown'}, not {value or 'unknown'}" for key, value in trained.items() if here[key] != value
    ]
    now, then = arithmetic.described("torch" in about["versions"]), about.get("arithmetic", {})  # absent in old files
    reasons += [
        f"{what} {now[what] or 'unknown'}, not {then[what] or 'unknown'}"
        for what in now
        if now[what] != then.get(what, now[what])
    ]
    if about["device"] != "cpu":
        reasons.append(f"on the CPU, not on {about['device']}")
    libraries = {name: pin for name, pin in about["versions"].items() if name != "python"}
    installed = origin.installed(libraries)
    plain = {
        name: (pin.partition("+")[0], (installed[name] or "none").partition("+")[0]) for name, pin in libraries.items()
    }
    reasons += [f"{name} {now}, not {then}" for name, (then, now) in plain.items() if then != now]
    return "; ".join(reasons)


def compared(
    before: dict[str, np.ndarray], after: dict[str, np.ndarray], losses_before: list, losses_after: list
) -> tuple[list[str], str]:
    """Return the disagreements, and the measured differences in words."""
    starts, changes = [_parts(arrays) for arrays in (before, after)], []
    start = max(_relative(starts[0][0][name], starts[1][0][name]) for name in starts[0][0])
    changes = [np.sqrt(sum(np.sum(np.square(change)) for change in part[1].values())) for part in starts]
    early = min(EARLY, len(losses_before), len(losses_after))
    pairs = np.array([losses_before[:early], losses_after[:early]], float)
    loss = float(np.nanmax(np.abs(pairs[1] / pairs[0] - 1), initial=0.0))
    norm = max(changes) / min(changes) if min(changes) else 1.0 if max(changes) == 0 else np.inf
    if len(losses_before) != len(losses_after):
        return [f"it has {len(losses_after)} epochs, not {len(losses_before)}"], ""
    judged = [
        (f"the initial weights differ by {start:.1e} of their norm", start, START),
        (f"the losses of the first {early} epochs differ by up to {loss:.1e}", loss, EARLY_LOSS),
        (f"the norms of the change differ by a factor of {norm:.2f}", norm, NORM),
    ]
    wrong = [f"{message}, allowed are {allowed:g}" for message, found, allowed in judged if not found <= allowed]
    return wrong, "; ".join(message for message, *_ in judged)


def _parts(arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
    """Return the initial weights and their changes by training."""
    if "W0" in arrays:
        initial = {name: arrays[f"{name}0"].astype(float) for name in "WMv"}
    else:
        initial = {name.removeprefix("initial."): a.astype(float) for name, a in arrays.items() if "initial." in name}
    return initial, {name: arrays[name] - initial[name] for name in initial}


def _relative(one: np.ndarray, other: np.ndarray) -> float:
    size = np.linalg.norm(one)
    return float(np.linalg.norm(one - other) / size) if size else float(np.linalg.norm(other))
