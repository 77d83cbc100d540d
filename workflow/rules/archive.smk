# A run as an RO-Crate, and what checks one. An archive is made anew whenever it is asked for: no file is declared, so
# that one that was made stays where the next one fails.
DATA = [name for name, _ in prepared.parts(PLAN["data"])] if LSTMS else []


rule archive:
    input:
        rules.all.input,
        [measured(kind, place) for kind in ("truncation", "spectrum") for place in LSTMS],
        [table("claims"), table("comparison")],
        [networks.history(spec) for spec in SPECS.values()],
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
        job=order(
            "archive",
            run=config["run"],
            raw=PLAN["raw"],
            sources=PLAN["sources"],
            networks={"included": config["archive_networks"], "files": [file["file"] for file in FILES.values()]},
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
