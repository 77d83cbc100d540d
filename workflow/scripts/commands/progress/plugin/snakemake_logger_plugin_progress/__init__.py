"""A logger plugin, `snakemake --logger progress`: the progress of a run in place of Snakemake's log.

Snakemake imports it at each start, before the Snakefile, which makes `commands` importable and calls `show_run`.
"""

import logging
import sys

from snakemake_interface_logger_plugins.base import LogHandlerBase

PLANNING = ("Building DAG", "Nothing to be done")  # how messages begin that are shown before there are jobs
# What is in messages about failed jobs, in whose place the display has its own.
FAILURES = ("CalledProcessError", "Cannot restore", "a job execution failed", "At least one job did not complete")
INTERRUPTED, TOLD_TO_END = "Terminating processes", "Will exit after"  # how Snakemake answers ctrl-C and SIGTERM


class LogHandler(LogHandlerBase):
    """Pass events of the jobs on to the display; print errors and warnings in full."""

    writes_to_file = needs_rulegraph = has_formatter = False
    has_filter = True
    show = None

    @property
    def writes_to_stream(self) -> bool:
        """Leave dry runs to Snakemake."""
        return not self.common_settings.dryrun

    @property
    def stream(self):
        """Where Snakemake would print."""
        return sys.stdout if self.common_settings.stdout else sys.stderr

    def show_run(self, plan: dict, dag, log: str) -> None:
        """Show the jobs that will run."""
        from commands.plan.dryrun import Job
        from commands.plan.work import Plan
        from commands.progress.show import Show
        from commands.progress.state import Run, Submitted

        is_local, given = dag.workflow.local_exec, dag.workflow.global_resources
        jobs = {}
        for job in dag.needrun_jobs():
            if job.rule.name != "all":
                gpu = int(job.resources.get("gpu", 0) or 0)
                files = [str(file) for file in job.input], [str(file) for file in job.output]
                threads = job.threads if is_local else 1  # a cluster's slots are jobs
                planned = Job(job.rule.name, "", *files, dict(job.wildcards_dict), gpu, job.priority, threads)
                is_queued = not is_local and not job.is_local
                jobs[dag.jobid(job)] = Submitted(planned, str(next(iter(job.log), "")), is_queued)
        slots = dag.workflow.cores if is_local else dag.workflow.nodes
        gpus = given["gpu"].value if is_local and "gpu" in given else None
        self.show = Show(Run(jobs, Plan(plan)), slots, gpus, log, self.stream, self.common_settings.nocolor)

    def emit(self, record: logging.LogRecord) -> None:
        """Take an event; an exception would end Snakemake's thread of all loggers."""
        try:
            if not self.common_settings.dryrun:
                self._take(record)
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Say how the run ended; called at the end of Snakemake, however it ends."""
        show, self.show = self.show, None
        if show:
            print(show.close(), file=self.stream, flush=True)
        super().close()

    def _take(self, record: logging.LogRecord) -> None:
        event, text = getattr(record, "event", None), f"{record.msg}"
        if not self.show:
            if record.levelno >= logging.WARNING or text.startswith(PLANNING):
                print(self.format(record), file=self.stream, flush=True)
        elif event == "job_started":
            self.show.started(record.jobs)
        elif event == "job_finished":
            self.show.finished(record.job_id)
        elif event == "job_error":
            self.show.failed(record.jobid, record.rule_msg or "", ", ".join(record.log))
        elif text.startswith(INTERRUPTED):
            self.show.interrupted()
        elif text.startswith(TOLD_TO_END):
            self.show.say(text)
        elif record.levelno >= logging.WARNING and not any(map(text.__contains__, FAILURES)):
            self.show.say(self.format(record))
