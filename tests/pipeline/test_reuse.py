"""An unchanged submission is measured once; what has changed, or was not measured whole, is measured again."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.course import assign, load_course, project_to
from grader.domain.course import State
from grader.domain.result import Result
from grader.pipeline import EvidenceStore, Job, Measured, Options, grade, measuring, score_measured
from grader.pipeline.job import decode, encode

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ONLY = ("domain.user-role",)


ELSEWHERE = """
import sys
from pathlib import Path
from grader.course import assign, load_course
from grader.pipeline import measure
from grader.pipeline.job import Job, decode, encode
root, room = map(Path, sys.argv[1:])
job = decode(Job, sys.stdin.buffer.read())
course = load_course(root)
(number,) = [m.number for m in course.modules if m.slug == job.assignment]
measured = measure(job, assign(course, number, room), progress=lambda step: None)
sys.stdout.buffer.write(encode(measured))
"""


class Course:
    """Solution 02, graded by one criterion; ``runs`` counts how often checks ran."""

    def __init__(self, room: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        course = load_course(ROOT)
        self.solution = project_to(course, State(2, True), room / "solution")
        self.assignment = assign(course, 2, room)
        self.store = EvidenceStore(room / "evidence")
        self.options = Options(state_dir, criteria=ONLY)
        self.runs = 0
        run_checks = measuring.run_checks

        def counted(*args: Any, **more: Any) -> Any:
            self.runs += 1
            return run_checks(*args, **more)

        monkeypatch.setattr(measuring, "run_checks", counted)

    def graded(self, **options: Any) -> Result:
        chosen = replace(self.options, **options)
        return grade(self.solution, self.assignment, chosen, progress=lambda step: None, store=self.store)


@pytest.fixture
def course(tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    return Course(tmp_path, state_dir, monkeypatch)


def test_the_same_work_is_measured_once_whatever_seed_it_would_have_drawn(course: Course) -> None:
    first, again = course.graded(), course.graded()
    assert course.runs == 1
    assert not first.provenance.reused
    assert again == replace(first, provenance=replace(first.provenance, reused=True))
    assert course.graded(seed=first.provenance.seed).provenance.reused is False
    assert course.runs == 2


def test_changed_work_is_measured_anew(course: Course) -> None:
    course.graded()
    models = course.solution / "src" / "apps" / "accounts" / "models.py"
    models.write_text(models.read_text() + "\n# changed\n")
    assert not course.graded().provenance.reused
    assert course.runs == 2


def test_other_points_need_no_measuring(course: Course) -> None:
    """A change of weights scores a class anew, at once."""
    first = course.graded()
    module = course.assignment.module
    criteria = tuple(replace(c, points=c.points + 5) if c.id in ONLY else c for c in module.criteria)
    course.assignment = replace(course.assignment, module=replace(module, criteria=criteria))
    again = course.graded()
    assert course.runs == 1
    assert again.score == first.score + 5


def test_what_is_measured_afresh_takes_the_place_of_what_was_kept(course: Course) -> None:
    """Whoever had it measured again, by other random inputs, meant that from now on this holds."""
    course.graded()
    fresh = course.graded(fresh=True)
    assert not fresh.provenance.reused
    again = course.graded()
    assert course.runs == 2
    assert again == replace(fresh, provenance=replace(fresh.provenance, reused=True))


def test_a_job_is_measured_by_another_process(course: Course, tmp_path: Path) -> None:
    """Which gets it as JSON, and gives what it measured as JSON."""
    job = Job(course.solution, course.assignment.module.slug, replace(course.options, seed=7))
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(ROOT), str(tmp_path)], input=encode(job), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    there = score_measured(decode(Measured, done.stdout), course.assignment)
    here = course.graded(seed=7)
    assert (there.provenance.seed, there.provenance.tree_hash) == (7, here.provenance.tree_hash)
    assert [(c.id, c.status) for c in there.criteria] == [(c.id, c.status) for c in here.criteria]
    assert there.score == here.score > 0


def test_without_isolation_nothing_is_kept(course: Course) -> None:
    for _ in range(2):
        course.graded(sandbox="process")
    assert course.runs == 2
    assert not list(course.store.folder.glob("*/*"))


def test_the_layout_that_a_project_names_is_used_and_told(course: Course) -> None:
    (course.solution / "track.toml").write_text('[layout]\nsettings = "config.settings.nowhere"\n')
    result = course.graded()
    assert any("track.toml" in notice and "config.settings.nowhere" in notice for notice in result.notices)
    assert not [c for c in result.criteria if c.status == "passed"]
