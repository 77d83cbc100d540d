"""The report, by Snakemake's own reporter: started beside the run, which is finished, as it would be by hand."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from job import job
from lowrank.files import atomic
from lowrank.problems import Problem

OF_THE_RUN = ("LOWRANK_", "SNAKEMAKE_")  # environment of this start, not of the other one

with job(snakemake) as settings, tempfile.TemporaryDirectory() as folder:
    made = Path(folder, "report.html")
    command = [sys.executable, "-m", "snakemake", "all", *snakemake.input.pages, "--configfile", settings["config"]]
    command += ["--nolock", "--report", made, "--report-stylesheet", snakemake.input.style]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_RUN)}
    if subprocess.run(command, env=environment, check=False).returncode:
        raise Problem(f"Snakemake's reporter failed: {snakemake.log[0]} says why")
    with atomic(snakemake.output[0]) as temporary:
        shutil.copyfile(made, temporary)
