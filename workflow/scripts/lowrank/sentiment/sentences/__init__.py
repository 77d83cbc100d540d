"""The LSTM's data: the Stanford Sentiment Treebank and GloVe, or their substitutes, converted to numbers.

In: files or web addresses. Out: sentences as word indices, their labels, and word vectors.
It imports `core`.
"""
