# A measure is made again if its file says that it was made of another network, with other settings or other code
# than planned; one that is as planned is taken as it is. With `stack` above 1 a job measures several networks, each
# into its own file, by the rules at the end.
rule truncate:
    input:
        networks=lambda w: [network(PLACE.format(**w))],
        unusable=lambda w: unusable(measured("truncation").format(**w)),
    output:
        measured("truncation"),
    log:
        f"{RESULTS}/logs/truncate/{PLACE}.log",
    benchmark:
        f"{RESULTS}/benchmarks/truncate/{PLACE}.tsv"
    wildcard_constraints:
        task=tasks_of("truncate"),
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: measure_order("truncation", [PLACE.format(**w)]),
    message:
        "Truncating {wildcards.task} g={wildcards.g} seed={wildcards.seed}"
    script:
        "../scripts/truncate.py"


rule shuffle:
    input:
        networks=lambda w: [network(PLACE.format(**w))],
        unusable=lambda w: unusable(measured("shuffle").format(**w)),
    output:
        measured("shuffle"),
    log:
        f"{RESULTS}/logs/shuffle/{PLACE}.log",
    benchmark:
        f"{RESULTS}/benchmarks/shuffle/{PLACE}.tsv"
    wildcard_constraints:
        task=tasks_of("shuffle"),
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: measure_order("shuffle", [PLACE.format(**w)]),
    message:
        "Shuffling {wildcards.task} g={wildcards.g} seed={wildcards.seed}"
    script:
        "../scripts/shuffle.py"


rule spectrum:
    input:
        networks=lambda w: [network(PLACE.format(**w))],
        unusable=lambda w: unusable(measured("spectrum").format(**w)),
    output:
        measured("spectrum"),
    log:
        f"{RESULTS}/logs/spectrum/{PLACE}.log",
    benchmark:
        f"{RESULTS}/benchmarks/spectrum/{PLACE}.tsv"
    wildcard_constraints:
        task=tasks_of("spectrum"),
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: measure_order("spectrum", [PLACE.format(**w)]),
    message:
        "Spectrum of {wildcards.task} g={wildcards.g} seed={wildcards.seed}"
    script:
        "../scripts/spectrum.py"


rule trials:
    input:
        networks=lambda w: [network(PLACE.format(**w))],
        unusable=lambda w: unusable(measured("trials").format(**w)),
    output:
        measured("trials"),
    log:
        f"{RESULTS}/logs/trials/{PLACE}.log",
    benchmark:
        f"{RESULTS}/benchmarks/trials/{PLACE}.tsv"
    wildcard_constraints:
        task=tasks_of("trials"),
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: measure_order("trials", [PLACE.format(**w)]),
    message:
        "A trial of {wildcards.task} g={wildcards.g} seed={wildcards.seed}"
    script:
        "../scripts/trials.py"


for name, stack in stacks_of("truncate", "shuffle", "spectrum", "trials"):

    rule:
        name:
            name
        input:
            networks=list(map(network, stack["places"])),
            unusable=unusable(*(measured(stack["measure"], place) for place in stack["places"])),
        output:
            [measured(stack["measure"], place) for place in stack["places"]],
        log:
            f"{RESULTS}/logs/{stack['rule']}/{name}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{stack['rule']}/{name}.tsv"
        conda:
            "../../envs/lowrank.yaml"
        params:
            job=measure_order(stack["measure"], stack["places"]),
            rule=stack["rule"],
        message:
            f"{len(stack['places'])} networks of {task_of(stack['places'])} together: {stack['measure']}"
        script:
            "../scripts/{params.rule}.py"  # read when the job runs, when the loop is over
