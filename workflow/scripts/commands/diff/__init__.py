"""Compare two finished runs for `make diff`: config, verdicts, numbers, overlaid figures."""
