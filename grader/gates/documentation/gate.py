"""Which part measures which metric of the documentation."""

from collections.abc import Callable, Iterable, Mapping

from grader.domain.evidence import Measurement
from grader.gates.documentation import changelog, datamodel, decisions, links, running
from grader.gates.documentation.markdown import Page, pages
from grader.gates.subject import Subject

_PARTS: Mapping[str, Callable[[Subject, Mapping[str, Page]], Measurement]] = {
    running.METRIC: running.measure,
    links.METRIC: links.measure,
    decisions.METRIC: decisions.measure,
    datamodel.METRIC: datamodel.measure,
    changelog.METRIC: changelog.measure,
}


class DocumentationGate:
    """Keeps ``Gate``."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """How many things there are to mend, part by part."""
        found = pages(subject.submission, subject.files)
        return (measure(subject, found) for metric, measure in _PARTS.items() if metric in metrics)


GATE = DocumentationGate()
