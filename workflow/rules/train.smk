# An existing network is reused regardless of what trained it. update() keeps what another job wrote meanwhile; files
# appear under their names only when complete. With `stack` above 1, the rules at the end train stacks; networks do not
# depend on which others share their job.
resource_scopes:
    gpu="local",  # jobs on this machine share its GPUs, limited by `--resources gpu=N`; a cluster manages its own


rule train:
    input:
        lambda w: unusable(network(KEY.format(**w))),
    output:
        network=update(f"results/networks/{KEY}-{{spec}}.safetensors"),
        history=update(f"results/networks/{KEY}-{{spec}}.parquet"),
    log:
        f"{RESULTS}/logs/train/{KEY}-{{spec}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{KEY}-{{spec}}.tsv"
    wildcard_constraints:
        task=tasks_of("train"),
    conda:
        "../../envs/lowrank.yaml"
    resources:
        gpu=int(config["device"] == "cuda"),
    params:
        job=lambda w: training_order([KEY.format(**w)]),
    message:
        "Training {wildcards.task} g={wildcards.g} seed={wildcards.seed}; progress: {log}"
    script:
        "../scripts/train.py"


# Tasks trained on the CPU while others use a GPU: a separate rule, so that a profile's GPU requests do not apply.
use rule train as train_on_cpu with:
    log:
        f"{RESULTS}/logs/train/{KEY}-{{spec}}.log",
    wildcard_constraints:
        task=tasks_of("train_on_cpu"),
    resources:
        gpu=0,
    message:
        "Training {wildcards.task} g={wildcards.g} seed={wildcards.seed} on the CPU; progress: {log}"


# Networks that were trained elsewhere are read from their files.
use rule train as import_networks with:
    log:
        f"{RESULTS}/logs/train/{KEY}-{{spec}}.log",
    wildcard_constraints:
        task=tasks_of("import_networks"),
    resources:
        gpu=0,
    message:
        "Importing {wildcards.task} g={wildcards.g} seed={wildcards.seed}"


for name, stack in stacks_of(*plan.TRAINING):

    rule:
        name:
            name
        input:
            unusable(*map(network, stack["keys"])),
        output:
            networks=[update(networks.file(spec(key))) for key in stack["keys"]],
            histories=[update(networks.history(spec(key))) for key in stack["keys"]],
        log:
            f"{RESULTS}/logs/train/{name}.log",
        benchmark:
            f"{RESULTS}/benchmarks/train/{name}.tsv"
        conda:
            "../../envs/lowrank.yaml"
        resources:
            gpu=int(config["device"] == "cuda" and stack["rule"] == "train"),
        params:
            job=training_order(stack["keys"]),
        message:
            f"{'Importing' if stack['rule'] == 'import_networks' else 'Training'} {len(stack['keys'])} networks of "
            f"{task_of(stack['keys'])} together; progress: {{log}}"
        script:
            "../scripts/train.py"
