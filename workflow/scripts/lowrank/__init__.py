"""Low-rank changes of random connectivity: tasks, training, measures, figures."""
