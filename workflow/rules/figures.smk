rule fig1:
    input:
        **tables_of("fig1"),
    output:
        pdf=f"{RESULTS}/figures/fig1.pdf",
        png=in_report(f"{RESULTS}/figures/fig1.png", "fig1", "Figures", figure="1", shows="Three tasks"),
    log:
        f"{RESULTS}/logs/fig1.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: figure_order("fig1"),
    message:
        "Drawing Figure 1"
    script:
        "../scripts/figure.py"


rule fig2:
    input:
        **tables_of("fig2"),
    output:
        pdf=f"{RESULTS}/figures/fig2.pdf",
        png=in_report(f"{RESULTS}/figures/fig2.png", "fig2", "Figures", figure="2", shows="Strength of W₀"),
    log:
        f"{RESULTS}/logs/fig2.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: figure_order("fig2"),
    message:
        "Drawing Figure 2"
    script:
        "../scripts/figure.py"


rule fig3:
    input:
        **tables_of("fig3"),
    output:
        pdf=f"{RESULTS}/figures/fig3.pdf",
        png=in_report(f"{RESULTS}/figures/fig3.png", "fig3", "Figures", figure="3", shows="Linear network"),
    log:
        f"{RESULTS}/logs/fig3.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: figure_order("fig3"),
    message:
        "Drawing Figure 3"
    script:
        "../scripts/figure.py"


rule fig4:
    input:
        **tables_of("fig4"),
    output:
        pdf=f"{RESULTS}/figures/fig4.pdf",
        png=in_report(f"{RESULTS}/figures/fig4.png", "fig4", "Figures", figure="4", shows="Linear network, all g"),
    log:
        f"{RESULTS}/logs/fig4.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: figure_order("fig4"),
    message:
        "Drawing Figure 4"
    script:
        "../scripts/figure.py"
