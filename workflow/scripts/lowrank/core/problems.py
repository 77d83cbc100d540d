"""What a user can mend: reported as one sentence, without a traceback."""


class Problem(Exception):
    """A bad input, a damaged file, a plan that no longer holds; its text names what and where."""


class Stopped(Exception):
    """Training was told to stop; its state has been saved."""
