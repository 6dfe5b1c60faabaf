"""What a peer review is made of: verdicts, answers, and what is wrong with a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Verdict(StrEnum):
    """What a reviewer says of an item."""

    MET = "met"
    PARTLY_MET = "partly met"
    NOT_MET = "not met"
    NOT_APPLICABLE = "not applicable"
    CANNOT_SAY = "cannot say"

    @property
    def is_judged(self) -> bool:
        """Whether it lies on the scale, from *not met* to *met*; the others are no judgement."""
        return self in SCALE


SCALE = (Verdict.NOT_MET, Verdict.PARTLY_MET, Verdict.MET)  # from the worst to the best


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer wrote of an item: ``links`` are the addresses and places in the text of the ``evidence``."""

    verdict: Verdict
    evidence: str
    links: tuple[str, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is reviewed: an assignment's id, and a submission by its name and the SHA-256 of its tree."""

    assignment: str
    submission: str
    tree: str

    @property
    def key(self) -> tuple[str, str]:
        """What two reviews of one submission have in common, wherever it lay when they were begun."""
        return (self.assignment, self.tree)


@dataclass(frozen=True, slots=True)
class Review:
    """One person's review of one submission, complete and valid: an answer to every item, in their order.

    ``sentences`` are those of the items, by their ids.
    """

    path: Path
    subject: Subject
    reviewer: str
    answers: Mapping[str, Answer]
    sentences: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file, in which line (counted from 1), and what to do about it."""

    path: Path
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"
