"""Folders that are not there yet, and YAML files that a user edits."""

from pathlib import Path

from lowrank.core.problems import Problem

ADVICE = "name another file, or bring it back (git checkout)"


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there; a link is there though it leads nowhere."""
    return next(path for path in (folder, *folder.parents) if path.is_symlink() or path.exists())


def mapping(root: Path, name: str) -> dict:
    """What a YAML file says, by key; Problem if it cannot be read."""
    import yaml

    from lowrank.config import configfiles

    try:
        found = configfiles.mistakes(root / name)
    except OSError as error:
        raise Problem(
            f"{name} cannot be read ({error.strerror}): name another file, or bring it back (git checkout)"
        ) from error
    if found:
        raise Problem("; ".join(mistake.replace(f"{root / name}", name) for mistake in found))
    content = yaml.safe_load((root / name).read_bytes())
    if not isinstance(content, dict):
        raise Problem(f"{name} has no keys: {ADVICE}")
    return content
