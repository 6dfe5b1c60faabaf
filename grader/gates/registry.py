"""All gates, and how they are run. To add one: a module of this folder with a ``GATE``, and its line in ``GATES``."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from grader.domain.errors import GraderError
from grader.domain.evidence import Measurement
from grader.domain.progress import Progress
from grader.domain.status import Status

if TYPE_CHECKING:
    from grader.gates.subject import Gate, Subject

# By the name of its module, the metrics of each gate, with their units. What a gate needs is imported when it is run.
GATES: Mapping[str, Mapping[str, str]] = {
    "style": {"style.ruff": "findings"},
}
METRICS: Mapping[str, str] = {metric: unit for metrics in GATES.values() for metric, unit in metrics.items()}


def load(name: str) -> "Gate":
    """The gate of that name in ``GATES``."""
    gate: Gate = import_module(f"grader.gates.{name}").GATE
    return gate


def measure(
    metrics: Iterable[str], subject: "Subject", *, progress: Callable[[Progress], None]
) -> tuple[Measurement, ...]:
    """A measurement for each of these metrics, in their order.

    A gate that fails to measure, or that says nothing of a metric, gives *errored*: the others go on.
    """
    wanted = tuple(dict.fromkeys(metrics))
    found: dict[str, Measurement] = {}
    for name, metrics_of_gate in GATES.items():
        own = [metric for metric in wanted if metric in metrics_of_gate]
        if own:
            progress(Progress(f"Measuring {name}"))
            found |= {m.metric: m for m in _measured(name, own, subject)}
    return tuple(found.get(metric) or _errored(metric, "No gate measures it.") for metric in wanted)


def _measured(name: str, metrics: list[str], subject: "Subject") -> list[Measurement]:
    try:
        found = {measurement.metric: measurement for measurement in load(name).measure(subject)}
    except GraderError as error:
        return [_errored(metric, f"{error.message} {error.hint}") for metric in metrics]
    except Exception as error:  # a fault of ours in one gate is not the end of all others
        return [_errored(metric, f"{type(error).__name__}: {error}") for metric in metrics]
    return [found.get(metric) or _errored(metric, "The gate said nothing of it.") for metric in metrics]


def _errored(metric: str, fault: str) -> Measurement:
    reason = "It could not be measured, through a fault of the grader or the machine."
    return Measurement(metric, None, METRICS.get(metric, ""), Status.ERRORED, "", reason, fault=fault)
