"""Errors that the user can fix, reported as one sentence without a traceback."""


class UserError(Exception):
    """A bad input, a damaged file or an outdated plan. The message says what is wrong and where."""


class Stopped(Exception):
    """Training was told to stop; its state has been saved."""
