# A measure is remade if its file records another network, other settings or other code than planned; otherwise it is
# reused. With `stack` above 1 a job measures several networks, each into its own file, using the rules at the end. The
# measures are defined in workflow/scripts/lowrank/measures/.
for measure in MEASURES:
    place = "seed{seed}" if measure.of_lstm else PLACE

    rule:
        name:
            measure.rule
        input:
            networks=lambda w, measure=measure: [network(place_of(measure, w))],
            sentences=sentences_for(measure),
            unusable=lambda w, measure=measure: unusable(measured(measure, place_of(measure, w))),
        output:
            measured(measure),
        log:
            f"{RESULTS}/logs/{measure.rule}/{place}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{measure.rule}/{place}.tsv"
        wildcard_constraints:
            task=tasks_of(measure.rule),
        conda:
            "../../envs/lowrank.yaml"
        params:
            job=lambda w, measure=measure: measure_order(measure, [place_of(measure, w)]),
        message:
            f"Measuring {measure.name}: {place}".replace("{", "{wildcards.")
        script:
            "../scripts/measure.py"


for name, stack in stacks_of(*(measure.rule for measure in MEASURES)):
    measure = measures.by_rule(stack["rule"])

    rule:
        name:
            name
        input:
            networks=list(map(network, stack["places"])),
            sentences=[],
            unusable=unusable(*(measured(measure, place) for place in stack["places"])),
        output:
            [measured(measure, place) for place in stack["places"]],
        log:
            f"{RESULTS}/logs/{measure.rule}/{name}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{measure.rule}/{name}.tsv"
        conda:
            "../../envs/lowrank.yaml"
        params:
            job=measure_order(measure, stack["places"]),
        message:
            f"Measuring {measure.name}: {len(stack['places'])} networks of {task_of(stack['places'])} together"
        script:
            "../scripts/measure.py"
