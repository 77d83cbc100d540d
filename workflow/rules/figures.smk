# Draw the figures. Each declares its inputs, settings and entry in the report in workflow/scripts/lowrank/figures/.
for name in DRAWABLE:
    about = figures.declared(name)

    rule:
        name:
            name
        input:
            **tables_of(name),
        output:
            pdf=f"{RESULTS}/figures/{name}.pdf",
            png=in_report(f"{RESULTS}/figures/{name}.png", name, "Figures", figure=about.number, shows=about.shows),
        log:
            f"{RESULTS}/logs/{name}.log",
        localrule: True
        conda:
            "../../envs/lowrank.yaml"
        params:
            job=lambda w, name=name: figure_order(name),
        message:
            f"Drawing {about.title}"
        script:
            "../scripts/figure.py"
