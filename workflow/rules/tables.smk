rule gather:
    input:
        unpack(lambda w: gathered_from(w.table)),
    output:
        f"{RESULTS}/tables/{{table}}.parquet",
    log:
        f"{RESULTS}/logs/gather/{{table}}.log",
    wildcard_constraints:
        table="|".join(measures.MEASURES),
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: table_order(w.table),
    message:
        "Gathering the {wildcards.table} of all networks"
    script:
        "../scripts/gather.py"


use rule gather as history with:
    input:
        unpack(lambda w: gathered_from("history")),
    output:
        table("history"),
    log:
        f"{RESULTS}/logs/gather/history.log",
    localrule: True
    params:
        job=lambda w: table_order("history"),
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
        job=lambda w: table_order("theory"),
    message:
        "Tabulating the theory of the linear network"
    script:
        "../scripts/theory.py"


rule summary:
    input:
        networks=lambda w: list(map(network, NETWORKS)),
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
        job=lambda w: table_order("summary"),
    message:
        "Summing up all networks"
    script:
        "../scripts/summary.py"
