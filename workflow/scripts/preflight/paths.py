"""Folders that are not there yet, and YAML files that a user edits."""

from pathlib import Path

from lowrank.problems import Problem


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there; a link is there though it leads nowhere."""
    return next(path for path in (folder, *folder.parents) if path.is_symlink() or path.exists())


def mapping(root: Path, name: str) -> dict:
    """What a YAML file says, by key; Problem if it cannot be read."""
    import yaml

    try:
        content = yaml.safe_load((root / name).read_bytes())
    except OSError as error:
        raise Problem(f"{name} cannot be read ({error.strerror}): git checkout {name}") from error
    except yaml.MarkedYAMLError as error:
        raise Problem(f"{name} is no YAML: see line {error.problem_mark.line + 1}, {error.problem}") from error
    except yaml.YAMLError as error:
        raise Problem(f"{name} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise Problem(f"{name} has no keys: git checkout {name}")
    return content
