# What the run took to compute. Snakemake does not track the files with times and memory (benchmarks, logs), so the
# tables are inputs: they change with the jobs, and the statement is remade.
from commands.compute import requirements


rule compute:
    input:
        networks=lambda w: list(map(network, plan.keys(PLAN))),
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
            "compute", run=config["run"], figures=requirements.of_figures(config, plan.specs_by_key(PLAN), FIGURES)
        ),
    message:
        "Summarising the time and memory of the run"
    script:
        "../scripts/compute.py"
