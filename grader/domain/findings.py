"""What a tool or a check of a gate objects to, one thing at a time."""

from dataclasses import dataclass
from enum import StrEnum

from grader.domain.location import Location


class Severity(StrEnum):
    """How much harm a finding can do, the most first. What a tool calls critical is ``HIGH``."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and what to do about it.

    ``rule`` names it as its tool does (``B608``, ``GHSA-…``, ``contract.undocumented-status``); ``message`` says in a
    sentence what was seen, ``remedy`` what to do. ``where`` is a place in the submission, if it has one. ``cwe`` is the
    number of a weakness in the Common Weakness Enumeration. ``source`` is what found it, with a version (``bandit
    1.8``). ``detail`` are further lines, shown as they are: a command that reproduces it, a diff. ``resolved`` is the
    reason that somebody gave for letting it stand; "" while nobody did.
    """

    rule: str
    message: str
    severity: Severity = Severity.NOTE
    where: Location | None = None
    remedy: str = ""
    cwe: int | None = None
    source: str = ""
    detail: str = ""
    resolved: str = ""
