# Only networks that are missing have a rule: one that is there is used, whatever made it. update() keeps what
# another job wrote meanwhile; files appear under their names only whole. With `stack` above 1 the rules are those of
# stacks, at the end; which networks a job trains together leaves no trace in what they are.
resource_scopes:
    gpu="local",  # jobs on this machine share its GPUs, as many as `--resources gpu=N` says; a cluster has its own


rule train:
    input:
        lambda w: UNUSABLE if w.spec in PLAN["unusable"] else [],
    output:
        network=update(f"results/networks/{PLACE}-{{spec}}.safetensors"),
        history=update(f"results/networks/{PLACE}-{{spec}}.parquet"),
    log:
        f"{RESULTS}/logs/train/{PLACE}-{{spec}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{PLACE}-{{spec}}.tsv"
    wildcard_constraints:
        spec=names(spec for spec in ALONE if training_rule(spec) == "train"),
    conda:
        "../../envs/lowrank.yaml"
    resources:
        gpu=int(config["device"] == "cuda"),
    params:
        job=lambda w: order(f"train {w.task}", specs=[SPECS[PLACE.format(**w)]]),
    message:
        "Training {wildcards.task} g={wildcards.g} seed={wildcards.seed}; progress: {log}"
    script:
        "../scripts/train.py"


# Where others train on a GPU: a rule of its own, so that what a profile asks for them is not asked for these.
use rule train as train_on_cpu with:
    log:
        f"{RESULTS}/logs/train/{PLACE}-{{spec}}.log",
    wildcard_constraints:
        spec=names(spec for spec in ALONE if training_rule(spec) == "train_on_cpu"),
    resources:
        gpu=0,
    message:
        "Training {wildcards.task} g={wildcards.g} seed={wildcards.seed} on the CPU; progress: {log}"


for name, specs in STACKS.items():

    rule:
        name:
            name
        input:
            UNUSABLE if {digest(spec) for spec in specs} & set(PLAN["unusable"]) else [],
        output:
            networks=[update(networks.file(spec)) for spec in specs],
            histories=[update(networks.history(spec)) for spec in specs],
        log:
            f"{RESULTS}/logs/train/{name}.log",
        benchmark:
            f"{RESULTS}/benchmarks/train/{name}.tsv"
        conda:
            "../../envs/lowrank.yaml"
        resources:
            gpu=int(plan.on_gpu(PLAN, specs[0])),
        params:
            job=order(f"train {specs[0]['task']}", specs=specs),
        message:
            f"Training {len(specs)} networks of {specs[0]['task']} together; progress: {{log}}"
        script:
            "../scripts/train.py"
