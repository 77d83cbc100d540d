"""Our curves beside the published ones, point by point, in units of what the two may differ by."""
