# What the run took to compute. Time and memory are in files that Snakemake does not follow (benchmarks, logs): the
# tables, which change with what they are about, have the statement made again.
from commands.compute import needs


rule compute:
    input:
        networks=lambda w: list(map(network, plan.places(PLAN))),
        tables=[table(name) for name in TABLES],
    output:
        jobs=f"{RESULTS}/compute.csv",
        page=f"{RESULTS}/compute.md",
    log:
        f"{RESULTS}/logs/compute.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: order(
            "compute", run=config["run"], figures=needs.of_figures(config, plan.by_place(PLAN), FIGURES)
        ),
    message:
        "Summing up what the run took to compute"
    script:
        "../scripts/compute.py"
