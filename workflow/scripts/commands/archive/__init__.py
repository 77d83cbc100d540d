"""Pack a run into an archive that verifies itself: its contents, how it is written, and its verification."""
