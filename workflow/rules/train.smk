# Only networks that are missing have a rule: one that is there is used, whatever made it. update() keeps what
# another job wrote meanwhile; files appear under their names only whole.
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
        spec="|".join(PLAN["missing"]) or "(?!)",
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: order(f"train {w.task}", specs=[SPECS[PLACE.format(**w)]]),
    message:
        "Training {wildcards.task} g={wildcards.g} seed={wildcards.seed}; progress: {log}"
    script:
        "../scripts/train.py"
