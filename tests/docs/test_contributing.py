"""The ten minutes of CONTRIBUTING: its check is one, and what it tells people to type does what it says."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.checkpoint.kit.declare import ATTRIBUTE
from grader.cli.main import grader
from grader.course import load_course
from grader.course.mutants import load_mutants

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
COURSE = load_course(ROOT)
NAMES = {c.id for m in COURSE.assignments for c in m.criteria} | {
    mutant.id for m in COURSE.assignments for mutant in load_mutants(COURSE, m)
}
NAMES |= {*COURSE.rubric, *(metric.partition(".")[0] for metric in COURSE.rubric)}


def test_its_check_is_that_of_a_criterion() -> None:
    (body,) = (body for language, body in FENCE.findall(PAGE) if language == "python")
    names: dict[str, Any] = {}
    exec(compile(body, "CONTRIBUTING.md", "exec"), names)
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    assert getattr(test, ATTRIBUTE).criterion in NAMES
    assert test.__doc__


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_whatever_is_to_be_typed_after_only_exists(page: Path) -> None:
    typed = re.findall(r"--only ([a-z0-9-]+\.?[a-z0-9-]+)", page.read_text("utf-8"))
    assert [name for name in typed if name not in NAMES] == []


def test_its_new_criterion_can_be_begun(tmp_path: Path) -> None:
    course = tmp_path / "course"
    (course / "modules").mkdir(parents=True)
    for entry in ROOT.iterdir():
        if entry.name not in ("modules", ".git"):
            (course / entry.name).symlink_to(entry)
    for entry in (ROOT / "modules").iterdir():
        if not entry.name.startswith("02-"):
            (course / "modules" / entry.name).symlink_to(entry)
            continue
        shutil.copytree(entry, course / "modules" / entry.name, ignore=shutil.ignore_patterns("starter", "__pycache__"))
    (line,) = (line for _, body in FENCE.findall(PAGE) for line in body.splitlines() if "new-criterion" in line)
    words = shlex.split(line)[1:]
    done = CliRunner().invoke(grader, [*words, "--course", str(course)])
    assert done.exit_code == 0, (done.output, done.exception)
    begun = next(word for word in words if "." in word)
    assert begun not in NAMES
    assert begun in {c.id for c in load_course(course).modules[1].criteria}
