# Section 4: the LSTM. Its data and networks are reused if they match the plan.
rule sentiment_data:
    input:
        lambda w: unusable(prepared.file(PLAN["data"])),
    output:
        arrays=update("resources/sentiment/{data}.safetensors"),
        about=update("resources/sentiment/{data}.json"),
    log:
        f"{RESULTS}/logs/sentiment_data/{{data}}.log",
    priority: 10
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    threads: 2  # the cores that train_sentiment then needs at once
    params:
        job=order("sentiment_data", spec=PLAN["data"], sources=PLAN["sources"]),
    message:
        "Preparing sentences and word vectors; progress: {log}"
    script:
        "../scripts/sentiment_data.py"


rule train_sentiment:
    input:
        data=sentiment_data(),
        unusable=lambda w: unusable(network(f"sentiment/seed{w.seed}")),
    output:
        network=update("results/networks/sentiment/seed{seed}-{spec}.safetensors"),
        history=update("results/networks/sentiment/seed{seed}-{spec}.parquet"),
    log:
        f"{RESULTS}/logs/train_sentiment/seed{{seed}}-{{spec}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_sentiment/seed{{seed}}-{{spec}}.tsv"
    priority: 10  # the longest job
    conda:
        "../../envs/lowrank.yaml"
    threads: 1 if config["device"] == "cuda" else 2  # parts of a batch
    resources:
        gpu=int(config["device"] == "cuda"),
    params:
        job=lambda w: order("train_sentiment", specs=[spec(f"sentiment/seed{w.seed}")]),
    message:
        "Training the LSTM, seed={wildcards.seed}; progress: {log}"
    script:
        "../scripts/train_sentiment.py"
