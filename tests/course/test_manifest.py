"""Manifests are read strictly: what is wrong names its file, its line and what to do."""

import re
from pathlib import Path

import pytest

from grader.course import Course, load_course
from grader.domain.course import Dimension, SeenBy
from grader.domain.errors import CourseError

ONE = "modules/01-one/module.toml"


def test_a_manifest_becomes_the_nouns_of_the_domain(course: Course):
    module = course.modules[0]
    assert (module.number, module.slug, module.pass_score) == (1, "01-one", 80)
    assert [c.points for c in module.criteria] == [60, 40, 0]
    assert module.criterion("one.guard").requires == ("one.base",)
    assert module.criterion("one.base").dimension is Dimension.ARCHITECTURE
    assert module.criterion("one.base").seen_by == (SeenBy.OBSERVER, SeenBy.CLAIM)
    assert module.criterion("one.base").docs == (("Python", "https://docs.python.org/3/"),)
    assert course.folder(module) == course.root / "modules/01-one"


GATE = """
[[gates]]
id = "one.style"
title = "ruff finds nothing"
metric = "style.ruff"
op = "≤"
threshold = 0
"""
MANUAL = "manual = true"


def test_a_gate_becomes_one_of_the_domain(rewrite):
    more = 'hint = "Run ruff."\ndocs = [["ruff", "https://docs.astral.sh/ruff/"]]\nblocks = true\n'
    (gate,) = rewrite(ONE, MANUAL, f"{MANUAL}\n{GATE}{more}").modules[0].gates
    assert (gate.metric, gate.op, gate.threshold, gate.unit, gate.blocks) == ("style.ruff", "≤", 0, "findings", True)
    assert (gate.hint, gate.docs) == ("Run ruff.", (("ruff", "https://docs.astral.sh/ruff/"),))


RUBRIC = """
[gates."style.ruff"]
title = "ruff finds nothing"
op = "="
threshold = 0
hint = "Run ruff."
dimension = "architecture"
"""


def test_what_a_module_does_not_say_of_a_gate_is_as_the_rubric_has_it(root: Path, rewrite):
    (root / "rubric").mkdir()
    (root / "rubric/gates.toml").write_text(RUBRIC, "utf-8")
    given = '[[gates]]\nmetric = "style.ruff"\nop = "≤"\nthreshold = 3'
    (gate,) = rewrite(ONE, MANUAL, f"{MANUAL}\n\n{given}\n").modules[0].gates
    assert (gate.id, gate.title, gate.hint) == ("style.ruff", "ruff finds nothing", "Run ruff.")
    assert (gate.op, gate.threshold, gate.points, gate.dimension) == ("≤", 3, 0, Dimension.ARCHITECTURE)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("style.ruff", "style.taste", "gates.toml: no gate measures 'style.taste'"),
        ('title = "ruff finds nothing"', "", "gates.toml: Object missing required field `title`"),
        ("[gates.", "[gate.", "gates.toml: Object contains unknown field `gate`"),
    ],
)
def test_a_wrong_rubric_is_told_with_its_file(root: Path, old: str, new: str, message: str):
    (root / "rubric").mkdir()
    (root / "rubric/gates.toml").write_text(RUBRIC.replace(old, new), "utf-8")
    with pytest.raises(CourseError) as caught:
        load_course(root)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("style.ruff", "style.taste", "no gate measures 'style.taste'"),
        ("threshold = 0", "threshold = 0\npoints = 5", "one.style has points but no dimension"),
        ("threshold = 0", "threshold = nan", "one.style has a threshold that nothing"),
        ("threshold = 0", "threshold = inf", "one.style has a threshold that nothing"),
        ('"≤"', '"<="', "Invalid enum value '<='"),
    ],
)
def test_a_wrong_gate_is_told_with_its_place(rewrite, old: str, new: str, message: str):
    with pytest.raises(CourseError) as caught:
        rewrite(ONE, MANUAL, f"{MANUAL}\n{GATE.replace(old, new)}")
    assert re.search(r"module\.toml:\d+: ", caught.value.message)
    assert message in caught.value.message
    assert caught.value.hint


def test_a_module_that_is_not_written_yet_has_no_criteria(rewrite):
    course = rewrite("course.toml", '"02-two"]', '"02-two", "03-not-yet"]')
    assert (course.modules[2].title, course.modules[2].criteria) == ("Not yet", ())


WRONG = [
    (ONE, "pass_score = 80", "pass_score = 180", "module.toml:5: Expected `int` <= 100 - at `$.pass_score`"),
    (ONE, "pass_score = 80", "pass_score = 80\nbar = 1", "module.toml:6: Object contains unknown field `bar`"),
    (ONE, "pass_score = 80", "pass_score = 80 80", "module.toml is not TOML"),
    (ONE, "points = 40", "points = 41", "module.toml: the points sum to 101"),
    (ONE, "points = 40", "points = true", "module.toml:20: Expected `int`, got `bool`"),
    (ONE, "points = 40\n", "", "module.toml:17: Object missing required field `points` - at `$.criteria[1]`"),
    (ONE, "points = 40", "point = 40", "module.toml:20: Object contains unknown field `point`"),
    (ONE, "points = 0", "points = 3", "module.toml:29: one.review is worth 3"),
    (ONE, "manual = true", "", "module.toml:29: one.review is worth 0"),
    (ONE, 'id = "one.guard"', 'id = "Guard"', "module.toml:18: 'Guard' is no criterion id"),
    (ONE, 'id = "one.guard"', 'id = "one.base"', "module.toml: one.base is there more than once"),
    (ONE, 'id = "one.guard"', 'id = "two.guard"', "modules: two.guard is there more than once"),
    (ONE, 'requires = ["one.base"]', 'requires = ["one.bass"]', "module.toml:18: one.guard requires one.bass"),
    (
        ONE,
        'requires = ["one.base"]',
        'requires = ["one.review"]',
        "module.toml:18: one.guard requires one.review, which",
    ),
    (
        ONE,
        'requires = ["one.base"]',
        'requires = ["one.guard"]',
        "module.toml:18: criteria require one another: one.guard",
    ),
    (ONE, 'dimension = "testing"', 'dimension = "tests"', "module.toml:24: Invalid enum value 'tests'"),
    (ONE, 'seen_by = ["http"]', 'seen_by = ["hearsay"]', "module.toml:25: Invalid enum value 'hearsay'"),
    (ONE, 'seen_by = ["http"]', "seen_by = []", "module.toml:25: Expected `array` of length >= 1"),
    (ONE, 'seen_by = ["http"]\n', "", "module.toml:17: Object missing required field `seen_by`"),
    (ONE, 'seen_by = ["http"]', 'seen_by = ["http", "http"]', "module.toml:18: one.guard is seen twice by the same"),
    (ONE, 'seen_by = ["http"]', 'seen_by = ["person"]', "module.toml:18: one.guard is seen by person"),
    (ONE, 'seen_by = ["person"]', 'seen_by = ["claim"]', "module.toml:29: one.review is seen by claim"),
    (ONE, "https://docs.python.org", "http://docs.python.org", "module.toml:13: Expected `str` matching"),
    (ONE, "number = 1", "number = 2", "module.toml: number and slug are not those of course.toml"),
    ("course.toml", 'name = "Tiny"', "", "course.toml: Object missing required field `name`"),
    ("course.toml", '"poetry.lock" = 1', '"poetry.lock" = 9', "course.toml"),
    ("course.toml", "checkpoint = 1", "checkpoint = 0", "course.toml:14: Expected `int` >= 1"),
    ("course.toml", '"02 solved"', '"2 solved"', "course.toml"),
]


@pytest.mark.parametrize(("path", "old", "new", "message"), WRONG)
def test_a_wrong_manifest_names_file_line_and_remedy(rewrite, path: str, old: str, new: str, message: str):
    with pytest.raises(CourseError) as caught:
        rewrite(path, old, new)
    assert message in caught.value.message
    assert caught.value.hint


def test_a_missing_course_says_so(tmp_path):
    with pytest.raises(CourseError, match=r"course\.toml cannot be read"):
        load_course(tmp_path)


def test_a_draft_may_have_fewer_points_and_never_more(rewrite):
    drafted = rewrite(ONE, "pass_score", "draft = true\npass_score")
    assert drafted.modules[0].draft
    assert rewrite(ONE, "points = 60", "points = 10").modules[0].criteria[0].points == 10
    with pytest.raises(CourseError, match="the points sum to 101"):
        rewrite(ONE, "points = 10", "points = 61")


def test_what_no_check_reads_is_named_by_folders(rewrite):
    line = "pass_score = 80"
    course = rewrite(ONE, line, f'{line}\nunread = ["tests/", "src/app/tests/"]')
    assert course.modules[0].unread == ("tests/", "src/app/tests/")
    assert course.modules[1].unread == ()
    for wrong in ("tests", "../tests/", ""):
        with pytest.raises(CourseError, match="unread"):
            rewrite(ONE, 'unread = ["tests/", "src/app/tests/"]', f'unread = ["{wrong}"]')
        rewrite(ONE, f'unread = ["{wrong}"]', 'unread = ["tests/", "src/app/tests/"]')
