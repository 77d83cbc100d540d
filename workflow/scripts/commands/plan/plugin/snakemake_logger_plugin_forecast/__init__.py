"""A logger plugin that Snakemake discovers by this package's name: it writes a dry run's jobs, one JSON line each."""

import json
import os

from snakemake_interface_logger_plugins.base import LogHandlerBase

FIELDS = ("rule_name", "jobid", "reason", "threads")


class LogHandler(LogHandlerBase):
    """Write the plan that the jobs would get, then the jobs, to the file named in the environment."""

    writes_to_stream = writes_to_file = needs_rulegraph = False
    has_filter = has_formatter = True

    def emit(self, record) -> None:
        """Write a planned job; ignore all other events."""
        if getattr(record, "event", None) != "job_info":
            return
        line = {name: getattr(record, name) for name in FIELDS}
        line |= {"input": list(record.input), "output": list(record.output), "wildcards": dict(record.wildcards)}
        line["gpu"] = int(dict(record.resources).get("gpu", 0) or 0)
        line["priority"] = record.priority if isinstance(record.priority, int) else 0
        path = os.environ["LOWRANK_FORECAST"]
        with open(path, "a", encoding="utf-8") as file:
            if not file.tell():
                print(json.dumps({"plan": os.environ["LOWRANK_PLAN"]}), file=file)
            print(json.dumps(line), file=file)
