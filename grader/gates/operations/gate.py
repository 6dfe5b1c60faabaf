"""Which part measures which metric of operations."""

from collections.abc import Iterable, Mapping

from grader.domain.evidence import Measurement
from grader.gates.operations import compose, dockerfile, kubernetes, monitoring, workflows
from grader.gates.operations.files import Files, Part
from grader.gates.subject import Subject
from grader.reader.client import Reader

_PARTS: Mapping[str, Part] = {
    dockerfile.METRIC: dockerfile.measure,
    compose.METRIC: compose.measure,
    kubernetes.METRIC: kubernetes.measure,
    workflows.METRIC: workflows.measure,
    monitoring.METRIC: monitoring.measure,
}


class OperationsGate:
    """Keeps ``Gate``."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """How many things there are to mend, part by part."""
        with Reader("yaml", "json", "workflow") as reader:
            for metric in (metric for metric in _PARTS if metric in metrics):
                yield _PARTS[metric](Files(subject, reader, []))


GATE = OperationsGate()
