"""Which tool measures which metric of style."""

from collections.abc import Callable, Iterable, Mapping

from grader.domain.evidence import Measurement
from grader.gates.style import formatters, mypy, ruff
from grader.gates.subject import Subject

_TOOLS: Mapping[str, Callable[[Subject], Measurement]] = {
    ruff.METRIC: ruff.measure,
    formatters.BLACK: formatters.black,
    formatters.ISORT: formatters.isort,
    mypy.METRIC: mypy.measure,
}


class StyleGate:
    """Keeps ``Gate``."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """How many things there are to mend, and where the first of them."""
        return (measure(subject) for metric, measure in _TOOLS.items() if metric in metrics)


GATE = StyleGate()
