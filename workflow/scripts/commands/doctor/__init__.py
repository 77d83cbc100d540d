"""What doctor.py checks before the first run; no job imports it."""
