"""The checks that doctor.py makes before the first run; no job imports this package."""
