# Section 4: the LSTM. Its data and its training are taken as they are where they are as planned.
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
        unusable=lambda w: unusable(network(f"sentiment/seed{w.seed}")),
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
