"""The experiment of Section 4: a two-layer LSTM learns the sentiment of sentences (Figure 5)."""
