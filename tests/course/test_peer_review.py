"""The items of peer review: read strictly, and held against what the course has."""

from pathlib import Path

import pytest

from grader.course import Course
from grader.course.lint import lint
from grader.course.lint.peer_review import lint_items
from grader.course.peer_review import FILE, load_items
from grader.domain.course import Dimension, ReviewItem
from grader.domain.errors import CourseError

ITEM = """\
[[items]]
id = "review.style"
sentence = "The code reads well"
dimension = "architecture"
look_at = "Would you sign it?"
evidence = ["one.base"]
"""
SECOND = """
[[items]]
id = "review.secrets"
sentence = "No secrets are in it"
dimension = "security"
look_at = "What do the values mean?"
evidence = [
    "two.*",
    'one.base',  # each on a line
    'one.gard',
]
"""


def write(root: Path, text: str) -> None:
    path = root / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def test_items_are_those_of_the_file(course: Course) -> None:
    write(course.root, ITEM)
    assert load_items(course.root) == (
        ReviewItem("review.style", "The code reads well", "Would you sign it?", Dimension.ARCHITECTURE, ("one.base",)),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing required field `items`"),
        ("items = []", ":1: Expected `array` of length >= 1"),
        (ITEM + "points = 3", ":7: Object contains unknown field `points`"),
        (ITEM.replace("architecture", "beauty"), ":4: Invalid enum value 'beauty'"),
        (ITEM.replace('id = "review.style"', 'id = "style"'), ":2: 'style' is no id of an item"),
        (ITEM.replace('id = "review.style"', 'id = "review.Style"'), ":2: 'review.Style' is no id of an item"),
        (ITEM + ITEM, ": review.style is there more than once"),
        ("items = ", "is not TOML"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_with_its_line(course: Course, text: str, said: str) -> None:
    write(course.root, text)
    with pytest.raises(CourseError) as told:
        load_items(course.root)
    assert said in told.value.message
    assert told.value.hint
    assert any(problem.where.startswith(FILE) for problem in lint(course))


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("one.gard", "one.gard", 16, "one.gard is no criterion and no gate; did you mean one.guard?"),
        ("one.gard", "elsewhere.at-all", 16, "elsewhere.at-all is no criterion and no gate."),
        ("two.*", "tow.*", 14, "tow.* is no criterion and no gate; did you mean two.*?"),
        ('["one.base"]', '["one.bsae"]', 6, "one.bsae is no criterion and no gate; did you mean one.base?"),
    ],
)
def test_evidence_that_the_course_does_not_have_is_named(
    course: Course, old: str, new: str, line: int, said: str
) -> None:
    text = (ITEM + SECOND).replace(old, new)
    if old != "one.gard":
        text = text.replace("one.gard", "one.guard")
    write(course.root, text)
    (problem,) = lint(course)
    assert str(problem).startswith(f"{FILE}:{line}: {said}")
    assert problem.remedy


def test_a_course_without_items_and_a_release_have_nothing_wrong(course: Course) -> None:
    assert list(lint_items(course)) == []
    write(course.root, ITEM + SECOND)
    assert len(list(lint_items(course))) == 1
    course.reference.rename(course.root / "gone")
    assert list(lint_items(course)) == []


def test_all_evidence_of_this_course_is_of_it(real: Course) -> None:
    """An id that is misspelt would leave its evidence out without a word."""
    assert list(lint_items(real)) == []
    assert load_items(real.root)[0].pull_request
