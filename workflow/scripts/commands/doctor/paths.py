"""Folders that may not exist yet, and YAML files that users edit."""

from pathlib import Path

from lowrank.core.errors import UserError

ADVICE = "name another file, or restore it (git checkout)"


def existing(folder: Path) -> Path:
    """Return the folder or its nearest existing ancestor; a dangling link counts as existing."""
    return next(path for path in (folder, *folder.parents) if path.is_symlink() or path.exists())


def mapping(root: Path, name: str) -> dict:
    """Read a YAML file as a mapping; raise UserError if it cannot be read."""
    import yaml

    from lowrank.config import configfiles

    try:
        found = configfiles.errors(root / name)
    except OSError as error:
        raise UserError(f"{name} cannot be read ({error.strerror}): {ADVICE}") from error
    if found:
        raise UserError("; ".join(error.replace(f"{root / name}", name) for error in found))
    content = yaml.safe_load((root / name).read_bytes())
    if not isinstance(content, dict):
        raise UserError(f"{name} has no keys: {ADVICE}")
    return content
