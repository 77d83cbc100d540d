# A measure is remade if its file records another network, other settings or other code than planned; otherwise it is
# reused. With `stack` above 1 a job measures several networks, each into its own file, using the rules at the end. The
# measures are defined in workflow/scripts/lowrank/measures/.
for measure in MEASURES:
    key = "seed{seed}" if measure.of_lstm else KEY

    rule:
        name:
            measure.rule
        input:
            networks=lambda w, measure=measure: [network(key_of(measure, w))],
            sentences=sentences_for(measure),
            unusable=lambda w, measure=measure: unusable(measured(measure, key_of(measure, w))),
        output:
            measured(measure),
        log:
            f"{RESULTS}/logs/{measure.rule}/{key}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{measure.rule}/{key}.tsv"
        wildcard_constraints:
            task=tasks_of(measure.rule),
        conda:
            "../../envs/lowrank.yaml"
        params:
            job=lambda w, measure=measure: measure_order(measure, [key_of(measure, w)]),
        message:
            f"Measuring {measure.name}: {key}".replace("{", "{wildcards.")
        script:
            "../scripts/measure.py"


for name, stack in stacks_of(*(measure.rule for measure in MEASURES)):
    measure = measures.by_rule(stack["rule"])

    rule:
        name:
            name
        input:
            networks=list(map(network, stack["keys"])),
            sentences=[],
            unusable=unusable(*(measured(measure, key) for key in stack["keys"])),
        output:
            [measured(measure, key) for key in stack["keys"]],
        log:
            f"{RESULTS}/logs/{measure.rule}/{name}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{measure.rule}/{name}.tsv"
        conda:
            "../../envs/lowrank.yaml"
        params:
            job=measure_order(measure, stack["keys"]),
        message:
            f"Measuring {measure.name}: {len(stack['keys'])} networks of {task_of(stack['keys'])} together"
        script:
            "../scripts/measure.py"
