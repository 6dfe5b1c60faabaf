"""What tests of gates that run a project's own tests share."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.layout import COURSE, Layout
from grader.environment import prepare
from grader.gates.subject import Subject
from tests.gates.conftest import spec_of, write

REFERENCE = Path(__file__).parents[3] / "capstone" / "reference"
SubjectOf = Callable[..., AbstractContextManager[Subject]]


@pytest.fixture(scope="session")
def deps(usual_state_dir: Path) -> Path:
    """The packages of the course."""
    made = prepare(REFERENCE, course_lock=REFERENCE, cache=usual_state_dir / "environments", progress=lambda _: None)
    assert made.origin == "submission", made.problems
    return made.site


@pytest.fixture
def subject_of(tmp_path_factory: pytest.TempPathFactory, usual_state_dir: Path, deps: Path) -> SubjectOf:
    """``subject_of({path: text})``: a submission of these files on a stage of its own."""

    @contextmanager
    def opened(files: Mapping[str, str], *, layout: Layout = COURSE, seed: int = 1) -> Iterator[Subject]:
        root, folder = tmp_path_factory.mktemp("submission"), tmp_path_factory.mktemp("folder")
        write(root, files)
        for path in (folder, *folder.parents[:2]):
            path.chmod(0o711)
        spec = replace(spec_of(root, usual_state_dir, deps=deps, layout=layout), folder=folder)
        with Subject(spec, seed) as subject:
            yield subject

    return opened
