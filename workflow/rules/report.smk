# The report: one file that a browser opens from disk. Its pages are made here from texts and tables; figures declare
# their entries in their own rules.
if IS_MAIN:

    report: "../report/run.rst"


# Texts that become pages of the report: file, category and label.
TEXTS = {
    "compute": (f"{RESULTS}/compute.md", "How it was computed", "Compute statement"),
    "comparison": (f"{RESULTS}/comparison.md", "Published and reproduced", "How far apart they are"),
    "differences": (of_project("docs/differences.md"), "Differences and omissions", "Paper, code and figures"),
}
PAGES = [f"{RESULTS}/pages/{name}.html" for name in ("claims", *TEXTS)]
# The values that captions may use; not `device` and `stack`, which change no result.
TOLD = {key: value for key, value in config.items() if key not in ("device", "stack")}


rule claims_page:
    input:
        table=table("claims"),
        template=of_project("workflow/report/claims.html"),
        frame=of_project("workflow/report/page.html"),
    output:
        in_report(f"{RESULTS}/pages/claims.html", "claims", "Claims", page="All claims, judged"),
    log:
        f"{RESULTS}/logs/claims_page.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: order("claims_page", run=config["run"], tables=made_of("claims")),
    message:
        "Writing the claims page of the report"
    script:
        "../scripts/claims_page.py"


rule page:
    input:
        text=lambda w: TEXTS[w.page][0],
        template=of_project("workflow/report/page.html"),
    output:
        report(
            f"{RESULTS}/pages/{{page}}.html",
            caption="../report/page.rst",
            category=lambda w: TEXTS[w.page][1],
            labels=lambda w: {"page": TEXTS[w.page][2]},
        ),
    log:
        f"{RESULTS}/logs/page/{{page}}.log",
    wildcard_constraints:
        page="|".join(TEXTS),
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=order("page"),
    message:
        "Writing the page {wildcards.page} for the report"
    script:
        "../scripts/page.py"


# The report's entries, as a hash because the labels contain wildcards.
LINES = digest({"files": IN_REPORT, "texts": TEXTS})


rule report:
    input:
        rules.all.input,
        pages=PAGES,
        captions=[of_project(path) for path in sorted(Path(PROJECT, "workflow/report").glob("*.rst"))],
        style=of_project("workflow/report/report.css"),
    output:
        f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/report.log",
    localrule: True
    conda:
        "../../envs/workflow.yaml"
    params:
        # a function: Snakemake would take braces in the config for wildcards
        job=lambda w: order("report", config=f"{RESULTS}/config.yaml", told=TOLD, lines=LINES),
    message:
        "Writing the report: {output}"
    script:
        "../scripts/report.py"
