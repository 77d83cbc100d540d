"""The report, by Snakemake's own reporter: started beside the run, which is finished, as it would be by hand."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from job import job
from lowrank.files import atomic
from lowrank.folders import PROJECT
from lowrank.problems import Problem

OF_THE_RUN = ("LOWRANK_", "SNAKEMAKE_")  # environment of this start, not of the other one
SNAKEFILE = PROJECT / "Snakefile"
# The same results and records, but for their prefix.
WITH_PREFIX = """
module run:
    snakefile: {snakefile!r}
    config: config
    prefix: {prefix!r}

use rule * from run
config = run.config
report: {text!r}
"""


def snakefile(prefix: str, folder: str) -> Path:
    """The Snakefile by which the run's files have their names."""
    if not prefix:
        return SNAKEFILE
    path, text = Path(folder, "Snakefile"), f"{PROJECT}/workflow/report/run.rst"
    path.write_text(WITH_PREFIX.format(snakefile=f"{SNAKEFILE}", prefix=prefix, text=text), encoding="utf-8")
    return path


with job(snakemake) as settings, tempfile.TemporaryDirectory() as folder:
    prefix = settings.get("prefix", "")
    made, config = Path(folder, "report.html"), f"{prefix}{settings['config']}"
    if not Path(config).exists():
        raise Problem(
            f"cannot write the report without {config}: the importing workflow calls `onstart`, see docs/reuse.md"
        )
    command = [sys.executable, "-m", "snakemake", "all", *snakemake.input.pages]
    command += ["--snakefile", snakefile(prefix, folder)]
    command += ["--configfile", config, "--replace-workflow-config"]
    command += ["--nolock", "--report", made, "--report-stylesheet", snakemake.input.style]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_RUN)}
    if subprocess.run(command, env=environment, check=False).returncode:
        raise Problem(f"Snakemake's reporter failed: {snakemake.log[0]} says why")
    with atomic(snakemake.output[0]) as temporary:
        shutil.copyfile(made, temporary)
