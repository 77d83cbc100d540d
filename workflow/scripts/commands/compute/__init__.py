"""Report a run's compute: one row per job, from the files its jobs left behind, and a page of totals."""
