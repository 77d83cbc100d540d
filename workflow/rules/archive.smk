# Pack a run as an RO-Crate, and verify one. The archive is not declared as output: it is remade on every request, and
# an existing one survives if the next fails.
DATA = [sentiment_data(), as_planned(prepared.about(PLAN["data"]))] if LSTMS else []


rule archive:
    input:
        rules.all.input,
        [table("claims"), table("comparison")],
        lambda w: list(map(history, plan.keys(PLAN))),
        DATA,
        rules.compute.output,
        PAGES,
        rules.report.output,
    log:
        f"{RESULTS}/logs/archive.log",
    localrule: True
    conda:
        "../../envs/workflow.yaml"
    params:
        job=lambda w: order(
            "archive",
            run=config["run"],
            raw=PLAN["raw"],
            sources=PLAN["sources"],
            networks={"included": config["archive_networks"], "files": list(map(network, plan.keys(PLAN)))},
            data={"included": config["archive_data"], "files": list(map(str, DATA))},
            figures={name: archived_figure(name) for name in FIGURES},
        ),
    message:
        f"Archiving the run as {PREFIX}{RESULTS}/archive/{config['run']}.zip"
    script:
        "../scripts/archive.py"


rule verify:
    log:
        f"{RESULTS}/logs/verify.log",
    localrule: True
    conda:
        "../../envs/workflow.yaml"
    params:
        job=order("verify", archive=config["archive"], sample=config["verify_sample"]),
    message:
        f"Verifying {config['archive']}; progress: {{log}}"
    script:
        "../scripts/verify.py"
