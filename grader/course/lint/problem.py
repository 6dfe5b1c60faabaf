"""What lint finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LintProblem:
    """Something that is wrong, where, and what to do.

    ``where`` is a path below the course's folder, mostly with a line, or ``starter 02: src/apps/posts/models.py:12``.
    """

    where: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}" + (f" {self.remedy}" if self.remedy else "")
