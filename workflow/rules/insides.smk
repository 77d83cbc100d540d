"""What needs Snakemake's insides, since there are no documented means: each with what it is for, and its test.

All of it was written for Snakemake 9.27. Where Snakemake offers another way, the test named here passes without ours.
"""

import sys


def set_beside_resources(*keys, rule):
    """Keys of the config that a profile sets beside the resources of a rule, by name.

    In a `config:` of its own a profile's keys are lost as soon as --config stands on the command line.
    Test: test_stacks.py::test_a_profile_sets_device_and_stack_beside_the_resources_of_training.
    """
    given = workflow.resource_settings.overwrite_resources.get(rule_name(rule), {})
    return {key: given[key].raw for key in keys if key in given}


def set_for_stacks(stacks):
    """Let what a profile or the command line sets for a rule hold for the rules of its stacks, too.

    `--set-resources` knows rules by name alone. Test: test_stacks.py::test_what_is_set_for_training_holds_for_stacks.
    """
    stood_for = {rule_name(name): rule_name(stack["rule"]) for name, stack in stacks.items()}
    for settings in ("overwrite_resources", "overwrite_threads"):
        given = getattr(workflow.resource_settings, settings)
        stacked = {name: given[rule] for name, rule in stood_for.items() if rule in given}
        setattr(workflow.resource_settings, settings, {**given, **stacked})


def no_limit_of_starts():
    """Start as many jobs a second as cores allow; to be called when Snakemake has a scheduler, in onstart.

    With its limit Snakemake looks again after every job that ends, each time starting a series of looks a second apart
    that goes on while jobs wait: by hundreds of jobs they fill a core. No value of --max-jobs-per-timespan prevents it.
    Test: test_workflow.py::test_snakemake_looks_for_what_to_start_only_when_a_job_ends.
    """
    workflow.scheduler.job_rate_limiter = None


def is_run_here(rule):
    """Whether this process has a use for a rule: a job is started with its rule's name among its words."""
    return workflow.is_main_process or rule_name(rule) in sys.argv
