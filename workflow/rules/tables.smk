rule gather:
    input:
        lambda w: [measured(w.table, place) for place in NETWORKS],
    output:
        f"{RESULTS}/tables/{{table}}.parquet",
    log:
        f"{RESULTS}/logs/gather/{{table}}.log",
    wildcard_constraints:
        table="|".join(MEASURES),
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: order("gather", table=w.table),
    message:
        "Gathering the {wildcards.table} of all networks"
    script:
        "../scripts/gather.py"


use rule gather as history with:
    input:
        [networks.history(SPECS[place]) for place in NETWORKS],
    output:
        table("history"),
    log:
        f"{RESULTS}/logs/gather/history.log",
    localrule: True
    params:
        job=order("gather", table="history"),
    message:
        "Gathering the histories of all networks"


rule theory:
    output:
        table("theory"),
    log:
        f"{RESULTS}/logs/theory.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=order("theory", networks=LINEAR),
    message:
        "Tabulating the theory of the linear network"
    script:
        "../scripts/theory.py"


rule summary:
    input:
        networks=[network["file"] for network in NETWORKS.values()],
        history=table("history"),
        truncation=table("truncation"),
        shuffle=table("shuffle"),
        spectrum=table("spectrum"),
    output:
        table("summary"),
    log:
        f"{RESULTS}/logs/summary.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=order("summary", threshold=config["measure"]["threshold"]),
    message:
        "Summing up all networks"
    script:
        "../scripts/summary.py"
