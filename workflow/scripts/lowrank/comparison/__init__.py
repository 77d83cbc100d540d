"""Compare our curves with the published ones, point by point, in units of the expected difference."""
