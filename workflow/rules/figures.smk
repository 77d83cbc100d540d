rule fig1:
    input:
        history=table("history"),
        spectrum=table("spectrum"),
        truncation=table("truncation"),
        trials=table("trials"),
    output:
        pdf=f"{RESULTS}/figures/fig1.pdf",
        png=f"{RESULTS}/figures/fig1.png",
    log:
        f"{RESULTS}/logs/fig1.log",
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=figure_order("fig1"),
    message:
        "Drawing Figure 1"
    script:
        "../scripts/figure.py"


rule fig2:
    input:
        summary=table("summary"),
    output:
        pdf=f"{RESULTS}/figures/fig2.pdf",
        png=f"{RESULTS}/figures/fig2.png",
    log:
        f"{RESULTS}/logs/fig2.log",
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=figure_order("fig2"),
    message:
        "Drawing Figure 2"
    script:
        "../scripts/figure.py"
