"""Take a measure of one or several trained networks, each into its own file."""

from job import job
from lowrank import measures
from lowrank.core.spec import digest, record
from lowrank.store import checkpoint, tables

with job(snakemake) as settings:
    measure = measures.load(settings["measure"])(**settings["settings"])
    files = zip(snakemake.input.networks, snakemake.output, settings["networks"], strict=True)
    for path, output, name in files:
        about, weights = checkpoint.read(path, name)
        sentences = [checkpoint.read(file, digest(about["spec"]["data"]))[1] for file in snakemake.input.sentences]
        network = measures.Network(about["spec"], weights, about.get("reference_loss") or float("nan"), *sentences)
        made = {"made_of": record(settings, name), "network": about["checksum"]}
        tables.write(output, measure.name, measure.table(network), about.get("data"), **made)
        print(f"measured {output}")
