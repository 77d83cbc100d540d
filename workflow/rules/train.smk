# Only networks that are missing have a rule: one that is there is used, whatever made it. update() keeps what
# another job wrote meanwhile; files appear under their names only whole. With `stack` above 1 the rules are those of
# stacks, at the end; which networks a job trains together leaves no trace in what they are.
rule train:
    input:
        lambda w: plan.UNUSABLE if w.spec in PLAN["unusable"] else [],
    output:
        network=update(f"results/networks/{PLACE}-{{spec}}.safetensors"),
        history=update(f"results/networks/{PLACE}-{{spec}}.parquet"),
    log:
        f"{RESULTS}/logs/train/{PLACE}-{{spec}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{PLACE}-{{spec}}.tsv"
    wildcard_constraints:
        spec="(?!)" if STACKS else "|".join(PLAN["missing"]) or "(?!)",
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: order(f"train {w.task}", specs=[SPECS[PLACE.format(**w)]]),
    message:
        "Training {wildcards.task} g={wildcards.g} seed={wildcards.seed}; progress: {log}"
    script:
        "../scripts/train.py"


for name, specs in STACKS.items():

    rule:
        name:
            name
        input:
            plan.UNUSABLE if {digest(spec) for spec in specs} & set(PLAN["unusable"]) else [],
        output:
            networks=[update(networks.file(spec)) for spec in specs],
            histories=[update(networks.history(spec)) for spec in specs],
        log:
            f"{RESULTS}/logs/train/{name}.log",
        benchmark:
            f"{RESULTS}/benchmarks/train/{name}.tsv"
        conda:
            "../../envs/lowrank.yaml"
        params:
            job=order(f"train {specs[0]['task']}", specs=specs),
        message:
            f"Training {len(specs)} networks of {specs[0]['task']} together; progress: {{log}}"
        script:
            "../scripts/train.py"
