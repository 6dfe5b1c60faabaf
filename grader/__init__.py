"""The autograder of Django Track."""

__version__ = "0.1.0"
