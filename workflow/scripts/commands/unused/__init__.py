"""Find, list and, on request, delete networks and measures that no recorded run needs."""
