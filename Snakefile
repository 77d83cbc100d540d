"""Figures 1 to 5 of Schuessler et al. (NeurIPS 2020) from scratch: networks, measures, tables, figures."""

from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/project.smk"
include: "workflow/rules/insides.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/orders.smk"


rule all:
    """All networks, measures, tables, figures, claims, and the comparison with the published curves."""
    input:
        lambda w: list(map(network, plan.keys(PLAN))),
        lambda w: [as_planned(file) for measure in MEASURES for file in files_of(measure.name)],
        [f"{RESULTS}/tables/{name}.parquet" for name in TABLES],
        [f"{RESULTS}/figures/{name}.{kind}" for name in FIGURES for kind in ("pdf", "png")],
        [f"{RESULTS}/figures/{name}.{kind}" for name in PUBLISHED for kind in ("pdf", "png")],
        f"{RESULTS}/claims.md",
        f"{RESULTS}/comparison.md",
    localrule: True
    message:
        "All networks, measures, tables, figures and claims are complete"


include: "workflow/rules/train.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/comparison.smk"


if LSTMS:

    include: "workflow/rules/sentiment.smk"


include: "workflow/rules/compute.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/archive.smk"
