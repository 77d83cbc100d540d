"""Networks and measures that no recorded run needs: found, listed, deleted on request."""
