"""What the course says: modules, their criteria, and the submissions that must fail them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

CAPSTONE = "capstone"  # the id of the assignment that is no module


class Dimension(StrEnum):
    """The five dimensions of the capstone rubric; every module criterion contributes to one."""

    ARCHITECTURE = "architecture"
    SECURITY = "security"
    DOCUMENTATION = "documentation"
    TESTING = "testing"
    DELIVERY = "delivery"


class SeenBy(StrEnum):
    """Who sees what a criterion's checks judge by, the most trustworthy first."""

    OBSERVER = "observer"  # the trusted side, in the database or in its log
    HTTP = "http"  # a client of the trusted side, of a real server
    FILE = "file"  # the submission, read as data
    TOOL = "tool"  # a program with the course's configuration, in a sandbox
    CLAIM = "claim"  # the project's own process, on random inputs
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing a module asks for, scored by all the checks that carry its id.

    ``points`` are out of the module's 100 and 0 only for a ``manual`` criterion, which no program judges.
    ``requires`` names criteria without which this one proves nothing: it is blocked until they pass.
    ``task`` is the number of the brief's task; ``docs`` are pages to read next, as title and address. ``seen_by`` says
    whose word its checks rest on.
    """

    id: str
    title: str
    points: int
    task: int
    hint: str
    docs: tuple[tuple[str, str], ...]
    dimension: Dimension
    requires: tuple[str, ...] = ()
    manual: bool = False
    seen_by: tuple[SeenBy, ...] = ()


REVIEW_ITEMS = "review."  # ids of items that are no criteria begin so


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing that a peer reviewer judges: of the course (``review.style``), or a manual criterion.

    ``sentence`` is what should be true, ``look_at`` what only a person can see of it. ``evidence`` are patterns of ids
    of criteria and gates, such as ``style.*``, whose verdicts stand beside it. ``pull_request`` says whether the text
    of the pull request belongs to it.
    """

    id: str
    sentence: str
    look_at: str
    dimension: Dimension
    evidence: tuple[str, ...] = ()
    pull_request: bool = False


class Level(StrEnum):
    """How far a submission has come on a dimension of the capstone rubric."""

    NEEDS_IMPROVEMENT = "needs improvement"
    MEETS = "meets"
    EXCEEDS = "exceeds"


@dataclass(frozen=True, slots=True)
class Gate:
    """A metric that is held against a threshold: ``metric op threshold``, in ``unit``.

    ``op`` is one of ``≥``, ``≤``, ``>``, ``<`` and ``=``. ``points`` are 0 for a gate that is only shown or that only
    blocks; until one that ``blocks`` passes nothing is met, whatever the points. ``hint`` and ``docs``, as title and
    address, are for whom it fails; ``dimension`` is where its points count on the rubric, ``None`` if it has none.
    """

    id: str
    title: str
    metric: str
    op: str
    threshold: float
    unit: str = ""
    points: int = 0
    blocks: bool = False
    hint: str = ""
    docs: tuple[tuple[str, str], ...] = ()
    dimension: Dimension | None = None


@dataclass(frozen=True, slots=True)
class Module:
    """One assignment: its number (1 to 5), a slug such as ``02-domain-modeling``, criteria and gates.

    What their points sum up to is the module's 100. In a ``draft`` they may be fewer: its checks are not all there or
    not all proved, so its criteria are looked at and give no grade. ``unread`` are folders of a project, with ``/`` at
    the end, that no check of it needs: the course is proved without them.
    """

    number: int
    slug: str
    title: str
    pass_score: int
    criteria: tuple[Criterion, ...]
    gates: tuple[Gate, ...] = ()
    draft: bool = False
    unread: tuple[str, ...] = ()

    def counting(self) -> Self:
        """The module without the gates that are only shown: that neither give points nor block."""
        return replace(self, gates=tuple(gate for gate in self.gates if gate.points or gate.blocks))

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion of that id; ``KeyError`` if the module has none."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)

    def with_required(self, criteria: Iterable[str]) -> tuple[str, ...]:
        """These ids, and those of all criteria that they require; ``KeyError`` if the module has one of them not."""
        wanted = list(criteria)
        for name in wanted:
            wanted += [required for required in self.criterion(name).requires if required not in wanted]
        return tuple(wanted)


@dataclass(frozen=True, slots=True, order=True)
class State:
    """A state of the one application: as given at the start of a checkpoint, or as solved at its end."""

    checkpoint: int
    solved: bool

    def __str__(self) -> str:
        return f"{'solution' if self.solved else 'starter'} {self.checkpoint:02d}"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a mutant: in ``file``, the text ``old``, found exactly once, becomes ``new``.

    An ``old`` of "" makes the file.
    """

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deliberately wrong submission: the solution with these edits.

    It has to fail every criterion in ``must_fail``, may fail those in ``may_fail``, and fails no other. The two are
    disjoint.
    """

    id: str
    title: str
    edits: tuple[Edit, ...]
    must_fail: tuple[str, ...]
    may_fail: tuple[str, ...] = ()
