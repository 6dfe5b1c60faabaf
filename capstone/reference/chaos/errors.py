# FILE SOLUTION 06
"""Why nothing can be said about the application."""


class UsageError(Exception):
    """It was asked for wrongly: a name that there is not, a variable that is no such thing."""


class StartError(Exception):
    """A server or the application did not start; says what it said last."""
