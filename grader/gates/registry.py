"""All gates, and how they are run. To add one: a module or package of this folder with a ``GATE``, and a line here."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

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

    One that measures time runs ``alone``, after all others.
    """

    metrics: Mapping[str, str]
    alone: bool = False


# By the name of its module. What a gate needs is imported when it is run.
GATES: Mapping[str, Listed] = {
    "style": Listed({"style.ruff": "findings"}),
}
METRICS: Mapping[str, str] = {metric: unit for gate in GATES.values() for metric, unit in gate.metrics.items()}

Open = Callable[[str], AbstractContextManager["Subject"]]
Step = Callable[[Progress], None]


def load(name: str) -> "Gate":
    """The gate of that name in ``GATES``."""
    gate: Gate = import_module(f"grader.gates.{name}").GATE
    return gate


def subjects(spec: "StageSpec", seed: int) -> Open:
    """Opens, for the gate of a name, the submission of ``spec`` on a stage and with a folder of that gate's own."""
    from grader.gates.subject import Subject

    @contextmanager
    def opened(name: str) -> Iterator[Subject]:
        with tempfile.TemporaryDirectory(prefix=f"track-{name}-") as folder:
            Path(folder).chmod(0o711)  # the sandbox's own user passes through to sockets, and lists nothing
            with Subject(replace(spec, folder=Path(folder)), seed) as subject:
                yield subject

    return opened


def measure(metrics: Iterable[str], opened: Open, *, progress: Step, lanes: int = 1) -> tuple[Measurement, ...]:
    """A measurement for each of these metrics, in their order; up to ``lanes`` gates run at the same time.

    A gate that fails to measure, or that says nothing of a metric, gives *errored*: the others go on.
    """
    wanted = tuple(dict.fromkeys(metrics))
    asked = {name: frozenset(gate.metrics).intersection(wanted) for name, gate in GATES.items()}
    found: dict[str, Measurement] = {}

    def run(name: str) -> list[Measurement]:
        progress(Progress(f"Measuring {name}"))
        return _measured(name, asked[name], opened)

    together = [name for name, own in asked.items() if own and not GATES[name].alone]
    with ThreadPoolExecutor(max(1, min(lanes, os.cpu_count() or 1)), thread_name_prefix="gate") as pool:
        for measured in pool.map(run, together):
            found |= {m.metric: m for m in measured}
    for name in (name for name, own in asked.items() if own and GATES[name].alone):
        found |= {m.metric: m for m in run(name)}
    return tuple(found.get(metric) or _errored(metric, "No gate measures it.") for metric in wanted)


def _measured(name: str, metrics: frozenset[str], opened: Open) -> list[Measurement]:
    """Of a gate; what it says of metrics that nobody asked for is left out."""
    try:
        with opened(name) as subject:
            found = {m.metric: m for m in load(name).measure(subject, metrics)}
    except GraderError as error:
        return [_errored(metric, f"{error.message} {error.hint}") for metric in metrics]
    except Exception as error:  # a fault of ours in one gate is not the end of all others
        return [_errored(metric, f"{type(error).__name__}: {error}") for metric in metrics]
    return [found.get(metric) or _errored(metric, "The gate returned no measurement of it.") for metric in metrics]


def _errored(metric: str, fault: str) -> Measurement:
    reason = "It could not be measured, through a fault of the grader or the machine."
    return Measurement(metric, None, METRICS.get(metric, ""), Status.ERRORED, "", reason, fault=fault)
