"""A run as an archive that checks itself: what is in it, how it is written, and what verifies it."""
