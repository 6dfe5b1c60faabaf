"""Solution 03 as the gate finds it, with something planted in it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.cli import options
from grader.course import load_course, project_to
from grader.course.gates import read_rubric
from grader.domain.course import State
from grader.domain.evidence import Measurement
from grader.environment import prepare
from grader.gates import measure, subjects
from tests.gates.conftest import spec_of

ROOT = Path(__file__).parents[3]
SETTINGS = "src/config/settings/base.py"
_BEGIN = "MIDDLEWARE = [\n"
Edits = Mapping[str, tuple[str, str]]
Planted = Callable[..., dict[str, Measurement]]


def plant(project: Path, edits: Edits, middleware: str = "") -> None:
    """Replaces texts of files, and puts a middleware, the text of a module with a class ``Planted``, before others."""
    if middleware:
        (project / "src/planted.py").write_text(middleware)
        edits = {**edits, SETTINGS: (_BEGIN, f'{_BEGIN}    "planted.Planted",\n')}
    for path, (text, by) in edits.items():
        file = project / path
        assert text in file.read_text()
        file.write_text(file.read_text().replace(text, by))


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    """``planted(*metrics, edits={path: (text, by)}, middleware="…")``: measurements by metric."""

    def measured(*metrics: str, edits: Edits | None = None, middleware: str = "") -> dict[str, Measurement]:
        project = project_to(load_course(ROOT), State(3, True), tmp_path / "project")
        environment = prepare(project, course_lock=project, cache=options.state_dir() / "environments", progress=str)
        plant(project, edits or {}, middleware)
        tmp_path.chmod(0o755)
        spec = spec_of(project, options.state_dir(), deps=environment.site)
        return {m.metric: m for m in measure(metrics, subjects(spec, seed=1), progress=lambda step: None)}

    return measured


def missed(found: Mapping[str, Measurement]) -> set[str]:
    """The metrics that the rubric would fail."""
    rubric = read_rubric(ROOT)
    return {metric for metric, m in found.items() if m.value is None or m.value > rubric[metric].threshold}
