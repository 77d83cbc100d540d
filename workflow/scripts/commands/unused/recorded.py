"""What the recorded runs need: by the config of each run's last start, with networks named by the present code."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lowrank import measures
from lowrank.core.errors import UserError
from lowrank.core.spec import network_key
from lowrank.jobs import prepared
from lowrank.plan import plan
from lowrank.store import networks

RESULTS = Path("results")
NETWORKS = Path(networks.FOLDER)
ADVICE = "start that run again or remove its folder"


@dataclass
class Requirements:
    """What must be kept."""

    runs: dict[str, set[Path]] = field(default_factory=dict)  # measure files of each run
    specs: dict[str, dict] = field(default_factory=dict)  # all networks, by the hash that names them
    any_at: set[str] = field(default_factory=set)  # keys of LSTMs whose name is uncertain: all files there are kept

    @property
    def keys(self) -> set[str]:
        """The keys of the networks."""
        return set(map(network_key, self.specs.values()))


def requirements() -> Requirements:
    """Return what all recorded runs need; raise UserError if it is unknown for any run: then nothing may be deleted."""
    found = Requirements()
    for folder in _folders():
        path = folder / "config.yaml"
        if path.exists():
            _add(found, folder, _planned(path))
        elif any((folder / kind).exists() for kind in (*measures.folders(), "tables")):
            raise UserError(
                f"no config is recorded for the run in {folder} ({path}), so what it needs is unknown: {ADVICE}"
            )
    if not found.runs and NETWORKS.exists():
        raise UserError(f"no run is recorded in {RESULTS.absolute()}, so what is needed is unknown: start a run first")
    return found


def _folders() -> list[Path]:
    """List the run folders; links to the same folder count once."""
    every = sorted(RESULTS.iterdir()) if RESULTS.is_dir() else []
    every = [path for path in every if path.is_dir() and path != NETWORKS]
    return list({path.resolve(): path for path in sorted(every, key=Path.is_symlink, reverse=True)}.values())


def _planned(path: Path) -> dict:
    """Plan a run from its recorded config."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(raw, dict):
            raise UserError("it is no mapping of keys to values")
        return plan.make(raw)
    except (UserError, OSError, ValueError, yaml.YAMLError) as error:
        lines = [line.strip() for line in str(error).removeprefix("the config cannot be used:").splitlines()]
        reason = "; ".join(filter(None, lines))
        raise UserError(
            f"{path} cannot be used by this code ({reason}), so what that run needs is unknown: {ADVICE}"
        ) from error


def _add(requirements: Requirements, folder: Path, made: dict) -> None:
    specs = plan.specs_by_key(made)
    requirements.specs |= plan.all_networks(made)
    requirements.runs[folder.name] = {
        folder / measure.folder() / f"{key}.parquet" for key in specs for measure in measures.of(plan.is_lstm(key))
    }
    if made["data"] and prepared.file(made["data"]) in made["missing"]:  # its source, and so its name, may have changed
        requirements.any_at |= set(filter(plan.is_lstm, specs))
