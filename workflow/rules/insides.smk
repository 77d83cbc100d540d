"""Uses of Snakemake's internals for which there is no documented interface, each with its purpose and its test.

Written for Snakemake 9.27. Once Snakemake offers another way, the named test passes without our code.
"""

import sys


def set_beside_resources(*keys, rule):
    """Return config keys that a profile sets among the resources of a rule.

    A profile's own `config:` section is lost as soon as --config is on the command line.
    Test: test_stacks.py::test_a_profile_sets_device_and_stack_beside_the_resources_of_training.
    """
    given = workflow.resource_settings.overwrite_resources.get(rule_name(rule), {})
    return {key: given[key].raw for key in keys if key in given}


def set_for_stacks(stacks):
    """Apply the resources and threads set for a rule, by profile or command line, to the rules of its stacks.

    `--set-resources` knows rules only by name. Test: test_stacks.py::test_what_is_set_for_training_holds_for_stacks.
    """
    stood_for = {rule_name(name): rule_name(stack["rule"]) for name, stack in stacks.items()}
    for settings in ("overwrite_resources", "overwrite_threads"):
        given = getattr(workflow.resource_settings, settings)
        stacked = {name: given[rule] for name, rule in stood_for.items() if rule in given}
        setattr(workflow.resource_settings, settings, {**given, **stacked})


def no_limit_of_starts():
    """Disable the limit on job starts per second; call in onstart, when the scheduler exists.

    With the limit, Snakemake checks for ready jobs after every job that ends, and each time starts a series of checks
    one second apart that lasts while jobs wait: with hundreds of jobs they saturate a core. No value of
    --max-jobs-per-timespan prevents it.
    Test: test_workflow.py::test_snakemake_looks_for_what_to_start_only_when_a_job_ends.
    """
    workflow.scheduler.job_rate_limiter = None


def tell_loggers(log):
    """Hand all jobs of this start to logger plugins that take them; call in onstart, when it is known what will run.

    Events name a job when it starts, too late to tell the time left.
    Test: test_progress.py::test_not_on_a_terminal_there_are_lines_and_snakemakes_errors.
    """
    for handler in workflow.logger_manager.get_log_handlers():
        if hasattr(handler, "show_run"):
            handler.show_run(PLAN, workflow.dag, ", ".join(log))


def is_run_here(rule):
    """Return True if this process needs a rule: a job's command line contains the name of its rule."""
    return workflow.is_main_process or rule_name(rule) in sys.argv
