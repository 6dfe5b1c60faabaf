"""The capstone's deployment takes solution 05 to solution 06 and back, with a row in every table."""

from pathlib import Path

import pytest

from grader.course import load_course, project_to
from grader.course.grammar import CAPSTONE_CHECKPOINT
from grader.domain.course import State
from tests.reference.suite import Suite

COURSE = Path(__file__).parents[2]


@pytest.mark.slow(minutes=3)
def test_a_release_of_the_capstone_and_its_rollback_lose_no_request_and_no_row(
    project: Path, site: Path, tmp_path: Path
) -> None:
    finished = project_to(load_course(COURSE), State(CAPSTONE_CHECKPOINT, True), tmp_path / "project")
    suite = Suite.of(finished, site, tmp_path)
    words = ("tests/operations/test_deployment.py", "-k", "lose_no_request")
    done = suite.run(*words, env={"DEPLOYED_BEFORE": str(project)})
    assert done.returncode == 0, done.stdout[-8000:]
    assert "1 passed" in done.stdout
