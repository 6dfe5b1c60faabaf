"""What was measured, before anybody judges it."""

from dataclasses import dataclass
from math import isfinite

from grader.domain.findings import Finding
from grader.domain.location import Location
from grader.domain.start import StartFailure
from grader.domain.status import Status

__all__ = ["Artefact", "Evidence", "Finding", "Location", "Measurement", "Observation", "unobserved"]


MUTATION_REPORT = "mutation-report"


@dataclass(frozen=True, slots=True)
class Artefact:
    """Something made from the submission for a person to look at: a diagram, a diff, a plot.

    ``kind`` is ``diff``, ``table``, ``er-diagram``, ``bars``, ``grid``, ``distribution`` or ``mutation-report``, which
    other programs read; ``body`` is text for a diff and JSON for all others (docs/reference/artefacts.md has the
    shapes). ``criterion`` is the manual criterion, or the metric of a gate, that it serves.
    """

    id: str
    title: str
    kind: str
    body: str
    criterion: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One case of one check: what was expected, what was seen, and where.

    ``check`` names the case inside the checkpoint (``slugs::two_posts_one_title[reader]``), never a path
    of the staff's. ``traceback`` is the learner's own and only ever set by a public check. ``fault``
    holds, for an errored case, what went wrong on our side; it goes to staff, not to learners. ``cause`` names what
    stood behind a failure, in the same words wherever the same did; "" where nothing but the check itself can say.
    ``output`` are the last lines of the command of the learner's own that failed, and only ever set by a public check.
    """

    check: str
    criterion: str
    sentence: str
    status: Status
    expected: str = ""
    observed: str = ""
    where: Location | None = None
    traceback: str = ""
    fault: str = ""
    duration_s: float = 0.0
    public: bool = False
    cause: str = ""
    output: str = ""


MOST_FINDINGS = 200
_WITHOUT_VALUE = (Status.FAILED, Status.ERRORED, Status.NOT_APPLICABLE, Status.BLOCKED)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metric of a submission, as a finite number.

    ``metric`` is its name (``coverage.unit``), ``unit`` what it counts in (``%``, ``ms``, ``queries``; empty for a
    plain number), ``source`` what measured it, with a version (``coverage 7.11``).

    ``status`` is ``passed`` where there is a ``value``, and else says why there is none: ``failed`` where the
    submission kept it from being measured, ``errored`` where the grader or the machine did, ``not_applicable`` where
    the project has nothing of the kind, ``blocked`` where it has to start first. ``reason`` says it in a sentence;
    ``fault`` goes to staff, not to learners.
    ``where`` are places in the submission that the number comes from, those to look at first before the others.
    ``findings`` are what the number counts, one by one, or what it rests on; ``artefacts`` show it to a person. Of both
    a gate gives as many as a person can read: ``MOST_FINDINGS`` and few.

    Raises ``ValueError`` for anything else.
    """

    metric: str
    value: float | None
    unit: str
    status: Status
    source: str
    reason: str = ""
    where: tuple[Location, ...] = ()
    fault: str = ""
    findings: tuple[Finding, ...] = ()
    artefacts: tuple[Artefact, ...] = ()

    def __post_init__(self) -> None:
        if (self.value is not None) != (self.status is Status.PASSED):
            raise ValueError(f"{self.metric}: a measurement has a value if it was made, and only then")
        if self.value is not None and not isfinite(self.value):
            raise ValueError(f"{self.metric}: {self.value} is not a number that can be held against another")
        if self.value is None and self.status not in _WITHOUT_VALUE:
            raise ValueError(f"{self.metric}: a measurement cannot be {self.status}")


def unobserved(criterion: str) -> str:
    """The name of the case that stands for a criterion of which nothing was observed."""
    return f"{criterion}::none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that one run measured: observations in the order of the checks, measurements of gates, and artefacts.

    ``sandbox`` names the backend that ran the submission; ``isolated`` says whether it really isolates. ``unlimited``
    says in sentences which limits did not hold for a whole sandbox of the run, those of services included.
    ``start`` is why the project did not start, if it did not: what needs it running is ``blocked`` then.
    ``unsure`` are the failed cases, as (check, public), that a busy machine may have made fail.
    """

    observations: tuple[Observation, ...]
    artefacts: tuple[Artefact, ...] = ()
    sandbox: str = ""
    isolated: bool = False
    unlimited: tuple[str, ...] = ()
    unsure: frozenset[tuple[str, bool]] = frozenset()
    measurements: tuple[Measurement, ...] = ()
    start: StartFailure | None = None
