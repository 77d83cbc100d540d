# Published beside reproduced: the digitised curves of the paper under ours, and how far apart they are.
rule comparison:
    input:
        **{name: table(name) for name in TABLES if name not in ("shuffle", "trials", "theory", "sentiment_history")},
        published=expand("workflow/resources/published/fig{n}.csv", n=range(1, 6)),
    output:
        table=table("comparison"),
        page=f"{RESULTS}/comparison.md",
    log:
        f"{RESULTS}/logs/comparison.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=order("comparison", run=config["run"], linear=linear_targets()),
    message:
        "Comparing with the published curves"
    script:
        "../scripts/comparison.py"


rule figure_published:
    input:
        unpack(lambda w: tables_of(w.figure)),
        published="workflow/resources/published/{figure}.csv",
    output:
        pdf=f"{RESULTS}/figures/{{figure}}_published.pdf",
        png=report(
            f"{RESULTS}/figures/{{figure}}_published.png",
            caption="../report/published.rst",
            category="Published and reproduced",
            labels=lambda w: {"page": w.figure.replace("fig", "Figure ")},
        ),
    log:
        f"{RESULTS}/logs/{{figure}}_published.log",
    wildcard_constraints:
        figure="fig[1-5]",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: figure_order(w.figure, "_published"),
    message:
        "Drawing {wildcards.figure} with the published curves under it"
    script:
        "../scripts/figure_published.py"
