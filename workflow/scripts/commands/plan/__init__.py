"""Estimate what a start would cost, for `make plan`: jobs and why they would run, core and GPU hours, disk."""
