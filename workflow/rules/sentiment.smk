# Section 4: the LSTM. Its data, its training and its measures are taken as they are where they are as planned.
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
    params:
        job=order("sentiment_data", spec=PLAN["data"], sources=PLAN["sources"]),
    message:
        "Preparing sentences and word vectors; progress: {log}"
    script:
        "../scripts/sentiment_data.py"


rule train_sentiment:
    input:
        data=sentiment_data(),
        unusable=lambda w: unusable(lstm(w)),
    output:
        network=update("results/networks/sentiment/seed{seed}-{spec}.safetensors"),
        history=update("results/networks/sentiment/seed{seed}-{spec}.parquet"),
    log:
        f"{RESULTS}/logs/train_sentiment/seed{{seed}}-{{spec}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_sentiment/seed{{seed}}-{{spec}}.tsv"
    priority: 10  # the longest job of all
    conda:
        "../../envs/lowrank.yaml"
    resources:
        gpu=int(config["device"] == "cuda"),
    params:
        job=lambda w: order("train_sentiment", specs=[spec(f"sentiment/seed{w.seed}")]),
    message:
        "Training the LSTM, seed={wildcards.seed}; progress: {log}"
    script:
        "../scripts/train_sentiment.py"


rule truncate_sentiment:
    input:
        network=lstm,
        data=sentiment_data(),
        unusable=lambda w: unusable(measured("truncation", f"sentiment/seed{w.seed}")),
    output:
        measured("truncation", "sentiment/seed{seed}"),
    log:
        f"{RESULTS}/logs/truncate_sentiment/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/truncate_sentiment/seed{{seed}}.tsv"
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: measure_order("truncation", [f"sentiment/seed{w.seed}"]),
    message:
        "Truncating the LSTM, seed={wildcards.seed}"
    script:
        "../scripts/truncate_sentiment.py"


rule spectrum_sentiment:
    input:
        network=lstm,
        unusable=lambda w: unusable(measured("spectrum", f"sentiment/seed{w.seed}")),
    output:
        measured("spectrum", "sentiment/seed{seed}"),
    log:
        f"{RESULTS}/logs/spectrum_sentiment/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/spectrum_sentiment/seed{{seed}}.tsv"
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: measure_order("spectrum", [f"sentiment/seed{w.seed}"]),
    message:
        "Spectrum of the LSTM, seed={wildcards.seed}"
    script:
        "../scripts/spectrum_sentiment.py"


use rule gather as gather_sentiment with:
    input:
        unpack(lambda w: gathered_from(f"sentiment_{w.measure}")),
    output:
        table("sentiment_{measure}"),
    log:
        f"{RESULTS}/logs/gather/sentiment_{{measure}}.log",
    wildcard_constraints:
        measure="truncation|spectrum",
    localrule: True
    params:
        job=lambda w: table_order(f"sentiment_{w.measure}"),
    message:
        "Gathering the {wildcards.measure} of the LSTM"


use rule gather as sentiment_history with:
    input:
        unpack(lambda w: gathered_from("sentiment_history")),
    output:
        table("sentiment_history"),
    log:
        f"{RESULTS}/logs/gather/sentiment_history.log",
    localrule: True
    params:
        job=lambda w: table_order("sentiment_history"),
    message:
        "Gathering the history of the LSTM"


rule fig5:
    input:
        **tables_of("fig5"),
    output:
        pdf=f"{RESULTS}/figures/fig5.pdf",
        png=in_report(f"{RESULTS}/figures/fig5.png", "fig5", "Figures", figure="5", shows="LSTM"),
    log:
        f"{RESULTS}/logs/fig5.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: figure_order("fig5"),
    message:
        "Drawing Figure 5"
    script:
        "../scripts/figure.py"


rule figS_lstm:
    input:
        **tables_of("figS_lstm"),
    output:
        pdf=f"{RESULTS}/figures/figS_lstm.pdf",
        png=in_report(f"{RESULTS}/figures/figS_lstm.png", "figS_lstm", "Figures", figure="S", shows="LSTM, supplement"),
    log:
        f"{RESULTS}/logs/figS_lstm.log",
    localrule: True
    conda:
        "../../envs/lowrank.yaml"
    params:
        job=lambda w: figure_order("figS_lstm"),
    message:
        "Drawing the supplement's figure of the LSTM"
    script:
        "../scripts/figure.py"
