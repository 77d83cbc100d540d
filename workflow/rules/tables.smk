# Concatenate the histories of all networks, or one of their measures.
rule gather:
    input:
        unpack(lambda w: gathered_from(w.table)),
    output:
        table("{table}"),
    log:
        f"{RESULTS}/logs/gather/{{table}}.log",
    wildcard_constraints:
        table="|".join(GATHERED),
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: table_order(w.table),
    message:
        "Gathering {wildcards.table} of all networks"
    script:
        "../scripts/gather.py"


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
        **{name: table(name) for name in summary.TABLES},
        networks=lambda w: list(map(network, NETWORKS)),
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
        "Summarising all networks"
    script:
        "../scripts/summary.py"
