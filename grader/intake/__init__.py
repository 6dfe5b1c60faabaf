"""Takes a submission in: from a folder, a commit or an archive to a copy of plain files of our own."""

from grader.intake.limits import IntakeLimits
from grader.intake.submission import Submission, take_in

__all__ = ["IntakeLimits", "Submission", "take_in"]
