"""Write the report with Snakemake's own reporter, in a separate process on the finished run, as one would by hand."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lowrank.core.errors import UserError
from lowrank.core.files import atomic
from lowrank.core.folders import PROJECT

OF_THE_RUN = ("LOWRANK_", "SNAKEMAKE_")  # environment variables of this start, not to be inherited
SNAKEFILE = PROJECT / "Snakefile"
# the same results and records except for their prefix
WITH_PREFIX = """
module run:
    snakefile: {snakefile!r}
    config: config
    prefix: {prefix!r}

use rule * from run
config = run.config
report: {text!r}
"""


def write(path: str, config: str, pages: list[str], style: str, prefix: str, log: str) -> None:
    """Write the report of the run whose config is recorded in `config`; raise UserError if it cannot be made."""
    if not Path(config).exists():
        raise UserError(
            f"cannot write the report without {config}: the importing workflow calls `onstart`, see docs/reuse.md"
        )
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "report.html")
        command = [sys.executable, "-m", "snakemake", "all", *pages, "--snakefile", _snakefile(prefix, folder)]
        command += ["--configfile", config, "--replace-workflow-config"]
        command += ["--nolock", "--report", made, "--report-stylesheet", style]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_RUN)}
        if subprocess.run(command, env=environment, check=False).returncode:
            raise UserError(f"Snakemake's reporter failed: {log} says why")
        with atomic(path) as temporary:
            shutil.copyfile(made, temporary)


def _snakefile(prefix: str, folder: str) -> Path:
    """Return the Snakefile that gives the run's files their names."""
    if not prefix:
        return SNAKEFILE
    path, text = Path(folder, "Snakefile"), f"{PROJECT}/workflow/report/run.rst"
    path.write_text(WITH_PREFIX.format(snakefile=f"{SNAKEFILE}", prefix=prefix, text=text), encoding="utf-8")
    return path
