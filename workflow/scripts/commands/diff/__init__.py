"""Two finished runs side by side, for `make diff`: config, verdicts, numbers, figures over one another."""
