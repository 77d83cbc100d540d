# Compare the paper's digitised curves with ours: draw them underneath and measure the distances.
rule comparison:
    input:
        **{name: table(name) for name in COMPARED},
        published=[of_project(f"workflow/resources/published/{name}.csv") for name in WITH_PUBLISHED],
    output:
        table=table("comparison"),
        page=f"{RESULTS}/comparison.md",
    log:
        f"{RESULTS}/logs/comparison.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: table_order("comparison"),
    message:
        "Comparing with the published curves"
    script:
        "../scripts/comparison.py"


rule figure_published:
    input:
        unpack(lambda w: tables_of(f"fig{w.number}")),
        published=of_project("workflow/resources/published/fig{number}.csv"),
    output:
        pdf=f"{RESULTS}/figures/fig{{number}}_published.pdf",
        png=in_report(
            f"{RESULTS}/figures/fig{{number}}_published.png",
            "published",
            "Published and reproduced",
            page="Figure {number}",
        ),
    log:
        f"{RESULTS}/logs/fig{{number}}_published.log",
    wildcard_constraints:
        number="|".join(name.removeprefix("fig") for name in WITH_PUBLISHED),
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: figure_order(f"fig{w.number}", "_published"),
    message:
        "Drawing Figure {wildcards.number} over the published curves"
    script:
        "../scripts/figure_published.py"
