"""Errors that people read: what happened, and what to do next."""


class GraderError(Exception):
    """Something the grader cannot go on from. ``message`` says what happened and where, ``hint`` what to do next."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError_(GraderError):
    """The command was called with something that cannot be: an unknown module, a folder that is not there."""

    exit_code = 2


class SubmissionError(GraderError):
    """The submission cannot be taken in at all: too large, damaged, no project in it or several, an unknown commit.

    Everything that a learner can mend by editing code is evidence in a result, not this exception. It is no grade
    either, so it does not end with the exit code of one.

    ``option`` is what tells a command that grades one submission which part of it is meant, such as ``--path mine``;
    one that grades a class has no such option.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", option: str = "") -> None:
        super().__init__(message, hint)
        self.option = option


class CourseError(GraderError):
    """The course is wrong: a manifest, a marker, a check or a mutant. The author mends it."""


class SandboxError(GraderError):
    """This machine cannot isolate a submission, or the sandbox did not start."""


class EnvironmentError_(GraderError):
    """The Python environment or a service could not be made, through no fault of the submission."""
