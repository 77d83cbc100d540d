rule truncate:
    input:
        network=network,
    output:
        measured("truncation"),
    log:
        f"{RESULTS}/logs/truncate/{PLACE}.log",
    benchmark:
        f"{RESULTS}/benchmarks/truncate/{PLACE}.tsv"
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=measure_order("truncate", "ranks", "trials"),
    message:
        "Truncating {wildcards.task} g={wildcards.g} seed={wildcards.seed}"
    script:
        "../scripts/truncate.py"


rule shuffle:
    input:
        network=network,
    output:
        measured("shuffle"),
    log:
        f"{RESULTS}/logs/shuffle/{PLACE}.log",
    benchmark:
        f"{RESULTS}/benchmarks/shuffle/{PLACE}.tsv"
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=measure_order("shuffle", "shuffles", "trials"),
    message:
        "Shuffling {wildcards.task} g={wildcards.g} seed={wildcards.seed}"
    script:
        "../scripts/shuffle.py"


rule spectrum:
    input:
        network=network,
    output:
        measured("spectrum"),
    log:
        f"{RESULTS}/logs/spectrum/{PLACE}.log",
    benchmark:
        f"{RESULTS}/benchmarks/spectrum/{PLACE}.tsv"
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=measure_order("spectrum"),
    message:
        "Spectrum of {wildcards.task} g={wildcards.g} seed={wildcards.seed}"
    script:
        "../scripts/spectrum.py"


rule trials:
    input:
        network=network,
    output:
        measured("trials"),
    log:
        f"{RESULTS}/logs/trials/{PLACE}.log",
    benchmark:
        f"{RESULTS}/benchmarks/trials/{PLACE}.tsv"
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=measure_order("trials", "trials", "shown_trial"),
    message:
        "A trial of {wildcards.task} g={wildcards.g} seed={wildcards.seed}"
    script:
        "../scripts/trials.py"
