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
    localrule: True
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
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=figure_order("fig2"),
    message:
        "Drawing Figure 2"
    script:
        "../scripts/figure.py"


rule fig3:
    input:
        history=table("history"),
        trials=table("trials"),
        theory=table("theory"),
    output:
        pdf=f"{RESULTS}/figures/fig3.pdf",
        png=f"{RESULTS}/figures/fig3.png",
    log:
        f"{RESULTS}/logs/fig3.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=figure_order("fig3"),
    message:
        "Drawing Figure 3"
    script:
        "../scripts/figure.py"


rule fig4:
    input:
        summary=table("summary"),
    output:
        pdf=f"{RESULTS}/figures/fig4.pdf",
        png=f"{RESULTS}/figures/fig4.png",
    log:
        f"{RESULTS}/logs/fig4.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=figure_order("fig4"),
    message:
        "Drawing Figure 4"
    script:
        "../scripts/figure.py"
