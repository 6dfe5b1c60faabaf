"""What the gate says of a submission: numbers and where they come from, or why there are none."""

from collections.abc import Callable, Iterable, Iterator

from grader.agent.client import AgentFault
from grader.domain.errors import GraderError
from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates.performance import measuring
from grader.gates.performance.alone import alone
from grader.gates.performance.api import Unfit
from grader.gates.performance.claims import claims
from grader.gates.performance.reading import NothingToRead
from grader.gates.performance.timed import Timed, served
from grader.gates.registry import METRICS, errored
from grader.gates.subject import Subject
from grader.stage.project import Broken
from grader.stage.users import NoUsers

COUNTED = ("performance.queries", "performance.growth")
# In the order in which they are measured: what leaves many rows behind comes last.
PARTS: tuple[tuple[tuple[str, ...], Callable[[Subject, Timed], Iterable[Measurement]]], ...] = (
    (("performance.p95", "performance.ratio", "performance.payload"), measuring.duet),
    (("performance.spike",), measuring.spike),
    (("performance.memory",), measuring.memory),
    (("performance.plans",), measuring.plans),
)
# What a submission does that keeps it from being measured.
KEPT = (Broken, Unfit, NoUsers, AgentFault)
# Measured of projects that are not the course's, too: their pages are read.
ANY_PROJECT = frozenset({"performance.p95", "performance.payload", "performance.spike"})


class PerformanceGate:
    """Keeps ``Gate``."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """Queries first, which no clock decides; *not applicable* to a project without an app ``posts``.

        What the project's own load tests claim stands beside ``performance.p95``.
        """
        return map(claims(subject).beside, self._measured(subject, metrics))

    def _measured(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        timed = tuple(metric for part, _ in PARTS for metric in part if metric in metrics)
        counted = tuple(metric for metric in COUNTED if metric in metrics)
        if not any(path.endswith("posts/models.py") for path in subject.files):
            reason = "The project has no app `posts`: what is measured are the pages of the course's API."
            read = tuple(metric for metric in timed if metric in ANY_PROJECT)
            yield from without(Status.NOT_APPLICABLE, (m for m in (*counted, *timed) if m not in read), reason)
            if read:
                yield from self._read(subject, read)
            return
        if counted:
            yield from settled(counted, lambda: measuring.queries(subject))
        if timed:
            with alone(subject.state_dir):
                yield from settled(timed, lambda: _by_clock(subject, metrics))

    def _read(self, subject: Subject, metrics: tuple[str, ...]) -> list[Measurement]:
        """Pages of any project."""
        try:
            with alone(subject.state_dir):
                return settled(metrics, lambda: measuring.reads(subject, frozenset(metrics)))
        except NothingToRead as nothing:
            return list(without(Status.NOT_APPLICABLE, metrics, str(nothing)))


def _by_clock(subject: Subject, metrics: frozenset[str]) -> list[Measurement]:
    """What a part cannot measure does not keep the others from it."""
    found: list[Measurement] = []
    with served(subject) as timed:
        for names, part in PARTS:
            if wanted := tuple(name for name in names if name in metrics):
                found += settled(wanted, lambda part=part: part(subject, timed))  # type: ignore[misc]
    return found


def settled(metrics: tuple[str, ...], part: Callable[[], Iterable[Measurement]]) -> list[Measurement]:
    """What a part measures; *failed* with the reason where the submission keeps it from being measured.

    What is an error of ours or of the machine is one of this part alone: others have measured, or will.
    """
    try:
        return list(part())
    except KEPT as kept:
        reason = str(kept)
        if isinstance(kept, Broken):
            reason = f"The project does not start: it failed while it {kept.doing}."
    except GraderError as error:
        return [errored(metric, f"{error.message} {error.hint}") for metric in metrics]
    return list(without(Status.FAILED, metrics, reason))


def without(status: Status, metrics: Iterable[str], reason: str) -> Iterator[Measurement]:
    """No number, and why."""
    for metric in metrics:
        yield Measurement(metric, None, METRICS[metric], status, measuring.SOURCES[metric], reason)
