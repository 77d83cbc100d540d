# What the run took to compute. Time and memory are in files that Snakemake does not follow (benchmarks, logs): the
# tables, which change with what they are about, have the statement made again.
from lowrank.compute import needs

NEEDS = {name: needs.of_figure(config, SPECS, name) for name in FIGURES}


rule compute:
    input:
        networks=[network["file"] for network in FILES.values()],
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
        job=order("compute", run=config["run"], figures=NEEDS),
    message:
        "Summing up what the run took to compute"
    script:
        "../scripts/compute.py"
