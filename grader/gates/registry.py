"""All gates, and how they are run. To add one: a module or package of this folder with a ``GATE``, and a line here."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from grader import ending
from grader.domain.errors import GraderError
from grader.domain.evidence import Measurement
from grader.domain.progress import Progress
from grader.domain.status import Status

if TYPE_CHECKING:
    from grader.gates.subject import Gate, Subject
    from grader.stage.spec import StageSpec


@dataclass(frozen=True, slots=True)
class Listed:
    """A gate of which only this is known until it is run: its metrics with their units.

    Those that a clock decides are measured ``alone``, after all others. One that is ``running`` has nothing to measure
    of a project that does not start. ``budget_s`` is what it may take of a solution of the course's that counts it, in
    seconds on two processors that do nothing else, and ``alone_s`` what it may beside that for what is alone.
    """

    metrics: Mapping[str, str]
    alone: frozenset[str] = frozenset()
    running: bool = False
    budget_s: int = 0
    alone_s: int = 0


_COUNTED = {"performance.queries": "queries", "performance.growth": "queries"}
_TIMED = {
    "performance.p95": "ms",
    "performance.ratio": "×",
    "performance.spike": "faults",
    "performance.plans": "steps",
    "performance.payload": "KiB",
    "performance.memory": "MiB",
}

# By the name of its module. What a gate needs is imported when it is run.
GATES: Mapping[str, Listed] = {
    "coverage": Listed(
        {"coverage.unit": "%", "coverage.integration": "%", "coverage.true": "%"}, running=True, budget_s=150
    ),
    "contract": Listed(
        {
            "contract.failures": "failures",
            "contract.operations": "%",
            "contract.drift": "differences",
            "contract.breaking": "changes",
            "contract.documentation": "%",
        },
        running=True,
        budget_s=100,
    ),
    "security": Listed(
        {"security.high": "findings", "security.medium": "findings", "security.vulnerable": "packages"},
        budget_s=60,
    ),
    "style": Listed(
        {"style.ruff": "findings", "style.black": "files", "style.isort": "files", "style.mypy": "errors"},
        budget_s=15,
    ),
    "documentation": Listed(
        {
            "documentation.commands": "commands",
            "documentation.links": "links",
            "documentation.decisions": "findings",
            "documentation.datamodel": "differences",
            "documentation.changelog": "changes",
        },
        budget_s=60,
    ),
    "operations": Listed(
        {
            "operations.dockerfile": "findings",
            "operations.compose": "findings",
            "operations.kubernetes": "findings",
            "operations.workflows": "findings",
            "operations.monitoring": "findings",
        },
        budget_s=30,
    ),
    # After coverage has run the tests: both need to know which test runs what, too.
    "strength": Listed({"strength.killed": "%"}, running=True, budget_s=60),
    "scenarios": Listed({"scenarios.noticed": "%"}, running=True, budget_s=300),
    "performance": Listed(
        {**_COUNTED, **_TIMED},
        # All that is measured on the one server that the duet asks: its queries are counted on another one.
        alone=frozenset(_TIMED),
        running=True,
        budget_s=20,
        alone_s=75,
    ),
}
METRICS: Mapping[str, str] = {metric: unit for gate in GATES.values() for metric, unit in gate.metrics.items()}

Open = Callable[[str], AbstractContextManager["Subject"]]
Step = Callable[[Progress], None]


def blocked(metrics: Iterable[str], why: str) -> tuple[Measurement, ...]:
    """Of these metrics, those that a project which does not start keeps from being measured, as *blocked*."""
    running = {metric for gate in GATES.values() if gate.running for metric in gate.metrics}
    return tuple(Measurement(m, None, METRICS[m], Status.BLOCKED, "", why) for m in metrics if m in running)


def planned_s(metrics: Iterable[str], lanes: int = 2) -> int:
    """Seconds that the gates of these metrics take together if each takes its budget, in the order they are run in."""
    wanted, ends = frozenset(metrics), [0] * lanes
    for gate in GATES.values():
        if wanted & (gate.metrics.keys() - gate.alone):
            ends[ends.index(min(ends))] += gate.budget_s
    return max(ends) + sum(gate.alone_s for gate in GATES.values() if wanted & gate.alone)


def load(name: str) -> "Gate":
    """The gate of that name in ``GATES``."""
    gate: Gate = import_module(f"grader.gates.{name}").GATE
    return gate


def subjects(
    spec: "StageSpec",
    seed: int,
    *,
    ended: Callable[["Subject"], None] = lambda subject: None,
    progress: Step = lambda step: None,
    lanes: int = 1,
) -> Open:
    """Opens, for the gate of a name, the submission of ``spec`` on a stage and with a folder of that gate's own.

    ``ended`` is given the subject when the gate has ended, and its stage is still there; ``progress`` is told how far a
    gate has come that takes long. A gate may do ``lanes`` things at a time.
    """
    from grader.gates.subject import Shared, Subject

    shared = Shared()

    @contextmanager
    def opened(name: str) -> Iterator[Subject]:
        with ending.room(f"track-{name}-") as folder:
            folder.chmod(0o711)  # the sandbox's own user passes through to sockets, and lists nothing
            tell = partial(_tell, progress, name)
            with Subject(replace(spec, folder=folder), seed, shared, tell, lanes) as subject:
                try:
                    yield subject
                finally:
                    ended(subject)

    return opened


def _tell(progress: Step, name: str, doing: str, done: int, total: int) -> None:
    progress(Progress(f"Measuring {name}: {doing}", done, total))


def measure(metrics: Iterable[str], opened: Open, *, progress: Step, lanes: int = 1) -> tuple[Measurement, ...]:
    """A measurement for each of these metrics, in their order; up to ``lanes`` gates run at the same time.

    A metric of which its gate says nothing, because it fails before, is *errored*: the others go on.
    """
    wanted = tuple(dict.fromkeys(metrics))
    asked = {name: frozenset(gate.metrics).intersection(wanted) for name, gate in GATES.items()}
    found: dict[str, Measurement] = {}

    def run(name: str, own: frozenset[str]) -> list[Measurement]:
        progress(Progress(f"Measuring {name}"))
        return _measured(name, own, opened)

    with ending.threaded():
        _run_all(asked, run, found, lanes)
    return tuple(found.get(metric) or errored(metric, "No gate measures it.") for metric in wanted)


def _run_all(
    asked: Mapping[str, frozenset[str]],
    run: Callable[[str, frozenset[str]], list[Measurement]],
    found: dict[str, Measurement],
    lanes: int,
) -> None:
    """Side by side what may be, then the rest one by one; ``found`` takes what is measured, by its metric."""
    together = [(name, rest) for name, own in asked.items() if (rest := own - GATES[name].alone)]
    pool = ThreadPoolExecutor(max(1, min(lanes, os.cpu_count() or 1)), thread_name_prefix="gate")
    try:
        for measured in pool.map(lambda part: run(*part), together):
            found |= {m.metric: m for m in measured}
    finally:  # whoever interrupts it does not wait until the gates under way have come to their ends
        pool.shutdown(wait=False, cancel_futures=True)
    for name, own in asked.items():
        if timed := own & GATES[name].alone:
            found |= {m.metric: m for m in run(name, timed)}


def _measured(name: str, metrics: frozenset[str], opened: Open) -> list[Measurement]:
    """Of a gate; what it says of metrics that nobody asked for is left out."""
    found: dict[str, Measurement] = {}
    fault = "The gate returned no measurement of it."
    try:
        with opened(name) as subject:
            for measurement in load(name).measure(subject, metrics):
                found[measurement.metric] = measurement
    except GraderError as error:
        fault = f"{error.message} {error.hint}"
    except Exception as error:  # a fault of ours in one gate is not the end of all others
        fault = f"{type(error).__name__}: {error}"
    return [found.get(metric) or errored(metric, fault) for metric in metrics]


def errored(metric: str, fault: str) -> Measurement:
    """A metric that could not be measured, for a reason of ours: ``fault`` is for staff."""
    reason = "It could not be measured, through a fault of the grader or the machine."
    return Measurement(metric, None, METRICS.get(metric, ""), Status.ERRORED, "", reason, fault=fault)
