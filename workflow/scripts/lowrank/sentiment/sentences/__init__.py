"""The LSTM's data: from the Stanford Sentiment Treebank and GloVe, or what replaces them, to numbers.

In: files or addresses. Out: sentences as word indices, their labels, the vectors of the words.
It imports `core`.
"""
