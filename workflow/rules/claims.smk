# Judge the paper's claims by the run's tables.
rule claims:
    input:
        **{name: table(name) for name in CLAIMED},
        published=[of_project(f"workflow/resources/published/{name}.csv") for name in WITH_PUBLISHED],
    output:
        table=table("claims"),
        page=f"{RESULTS}/claims.md",
    log:
        f"{RESULTS}/logs/claims.log",
    priority: 1  # before figures, each of which takes less
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: table_order("claims"),
    message:
        "Testing the paper's claims"
    script:
        "../scripts/claims.py"
