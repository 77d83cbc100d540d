"""Where a number of a finished run comes from, for `make explain`: figure, table, network, spec, streams, code."""
