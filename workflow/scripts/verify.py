"""Verify an archive with the program that every archive contains: redraw figures and retrain some networks."""

import os
import subprocess
import sys

from job import job
from lowrank.core.errors import UserError
from lowrank.core.folders import PROJECT

PROGRAM = PROJECT / "workflow/scripts/commands/archive/verify.py"
screen = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)

with job(snakemake) as settings:
    if settings["archive"] is None:
        raise UserError(
            "name the archive to verify: --config archive=FILE, a zip file or the folder it was unpacked into"
        )
    options = ["--redraw", "--retrain", str(settings["sample"])]
    command = [sys.executable, PROGRAM, settings["archive"], *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    if done.returncode:
        raise UserError(done.stdout.strip() or f"{PROGRAM} ended with exit status {done.returncode}")
    screen.write(done.stdout)
