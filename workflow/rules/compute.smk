# What the run took to compute. Time and memory are in files that Snakemake does not follow (benchmarks, logs): the
# tables, which change with what they are about, have the statement made again.
TITLES = {f"fig{n}": f"Figure {n}" for n in range(1, 6)} | {"figS_lstm": "Supplement, LSTM"}
MEASURED_BY = {"truncation": "truncate", "shuffle": "shuffle", "spectrum": "spectrum", "trials": "trials"}


def networks_shown(name):
    """The places of the networks that a figure shows."""
    settings = config["figures"][name]
    if name in ("fig5", "figS_lstm"):
        return [f"sentiment/seed{settings['seed']}"]
    g = {*settings["g"], settings.get("trial_g")} if "g" in settings else None
    seeds = [settings["seed"]] if name == "fig1" else config["seeds"]
    specs = {place: SPECS[place] for place in NETWORKS}
    return [
        place
        for place, spec in specs.items()
        if spec["task"] in plan.shown(config, name) and spec["seed"] in seeds and (g is None or spec["g"] in g)
    ]


def figure_costs(name):
    """What a figure needs: the networks that it shows, and the rules that measure them for its tables."""
    tables = [Path(path).stem for path in getattr(rules, name).input]
    of_summary = MEASURED_BY if "summary" in tables else {}
    measures = [*of_summary.values(), *(MEASURED_BY[name] for name in tables if name in MEASURED_BY)]
    measures += [f"{MEASURED_BY[n]}_sentiment" for n in MEASURED_BY if f"sentiment_{n}" in tables]
    return {"title": TITLES[name], "places": networks_shown(name), "rules": sorted(set(measures))}


rule compute:
    input:
        networks=[network["file"] for network in FILES.values()],
        tables=[table(name) for name in TABLES],
    output:
        jobs=f"{RESULTS}/compute.csv",
        page=f"{RESULTS}/compute.md",
    log:
        f"{RESULTS}/logs/compute.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=order("compute", run=config["run"], figures={name: figure_costs(name) for name in FIGURES}),
    message:
        "Summing up what the run took to compute"
    script:
        "../scripts/compute.py"
