"""`rubric/capstone.toml`: read strictly, and it names only what the course measures."""

import shutil
from pathlib import Path

import pytest

from grader.course import Course, load_course
from grader.course.rubric import load_rubric
from grader.domain.course import Dimension, Level
from grader.domain.errors import CourseError
from grader.domain.result import CriterionResult
from grader.domain.status import Status
from grader.scoring import judge_levels

ROOT = Path(__file__).parents[2]
COURSE = load_course(ROOT)
RUBRIC = load_rubric(COURSE)
PLACES = [
    (one.dimension, level, name)
    for one in RUBRIC.dimensions
    for level, shown in one.above(Level.NEEDS_IMPROVEMENT)
    for descriptor in shown
    for name in descriptor.evidence
]


def passed(name: str) -> CriterionResult:
    return CriterionResult(name, name, Status.PASSED, 0, 0, 1, Dimension.TESTING, "", (), (), ())


def levels(*without: str) -> dict[Dimension, Level]:
    given = {name: passed(name) for name in RUBRIC.evidence if name not in without}
    return {found.dimension: found.level for found in judge_levels(RUBRIC, given)}


def test_with_all_evidence_every_dimension_meets_what_is_asked() -> None:
    assert min(map(list(Level).index, levels().values())) >= list(Level).index(Level.MEETS)


@pytest.mark.parametrize(("dimension", "level", "name"), PLACES)
def test_evidence_that_goes_takes_its_own_level_and_no_other(dimension: Dimension, level: Level, name: str) -> None:
    whole, rest = levels(), levels(name)
    below = list(Level)[list(Level).index(level) - 1]
    assert rest[dimension] is min(whole[dimension], below, key=list(Level).index)
    others = {one for one, _, other in PLACES if other == name}
    assert {one: found for one, found in rest.items() if one not in others} == {
        one: found for one, found in whole.items() if one not in others
    }


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A copy of the course's manifests, whose rubric may be written over."""
    shutil.copytree(ROOT / "rubric", tmp_path / "rubric")
    shutil.copy(ROOT / "course.toml", tmp_path)
    for module in COURSE.modules:
        (tmp_path / "modules" / module.slug).mkdir(parents=True)
        shutil.copy(COURSE.folder(module) / "module.toml", tmp_path / "modules" / module.slug)
    (tmp_path / "capstone").mkdir()
    shutil.copy(ROOT / "capstone/capstone.toml", tmp_path / "capstone")
    return load_course(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"tokens.login",', '"tokens.logon",', "there is no criterion or gate tokens.logon"),
        ('["review.style"]', '["review.stile"]', "there is no item of the peer review review.stile"),
        ('shows = "Runbooks"\nnot_measured', 'shows = "Runbooks"\n# not_measured', "nothing shows 'Runbooks'"),
        ('id = "delivery"', 'id = "testing"', "its dimensions are not the five"),
        ('shows = "MFA"', 'show = "MFA"', "unknown field `show`"),
        ("[[dimensions]]", "[[dimensions]", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(old: str, new: str, said: str, course: Course) -> None:
    path = course.root / "rubric/capstone.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(CourseError, match=said) as caught:
        load_rubric(course)
    assert caught.value.hint


def test_a_name_that_is_nearly_right_is_offered(course: Course) -> None:
    path = course.root / "rubric/capstone.toml"
    path.write_text(path.read_text().replace('"tokens.login",', '"tokens.logon",'))
    with pytest.raises(CourseError) as caught:
        load_rubric(course)
    assert "Did you mean tokens.login" in caught.value.hint
