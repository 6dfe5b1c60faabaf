"""All measures of a project's architecture, from one reading of it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from grader.architecture import cycles, duplication, fat_views, inversion, layers
from grader.architecture.metrics import CYCLES, DUPLICATION, FAT_VIEWS, INVERSION, LAYERS
from grader.architecture.project import Project, read_project
from grader.architecture.shown import prevented
from grader.domain.evidence import Measurement
from grader.domain.layout import Layout
from grader.domain.text import one_line

_MEASURES: Mapping[str, Callable[[Project], Measurement]] = {
    CYCLES: cycles.measure,
    LAYERS: layers.measure,
    FAT_VIEWS: fat_views.measure,
    DUPLICATION: duplication.measure,
    INVERSION: inversion.measure,
}


def measure(root: Path, files: Iterable[str], layout: Layout, metrics: Iterable[str]) -> tuple[Measurement, ...]:
    """A measurement for each of these metrics, of the project in the trusted copy at ``root``.

    A module that cannot be read keeps all of them from being measured: it could hold anything.

    Raises:
        EnvironmentError_: this machine cannot start the process that reads.
    """
    project = read_project(root, files, layout)
    return tuple(_measured(project, metric) for metric in metrics)


def _measured(project: Project, metric: str) -> Measurement:
    if project.unreadable:
        first = project.unreadable[0]
        more = f" (and {len(project.unreadable) - 1} more)" if len(project.unreadable) > 1 else ""
        reason = one_line(
            f"{first.where} cannot be read: {first.reason}{more}. Mend it, or take it out of the sources."
        )
        return prevented(metric, reason, tuple(one.where for one in project.unreadable[:20]))
    if not project.modules:
        return prevented(metric, "The project has no modules of Python in its sources.", ())
    return _MEASURES[metric](project)
