"""What a run took to compute: a row a job, from what its jobs left behind, and a page that sums it up."""
