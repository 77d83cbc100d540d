"""Trace a number of a finished run for `make explain`: figure, table, network, spec, streams, code."""
