"""A new criterion is begun in all three places at once, or nowhere."""

import pytest
from click.testing import CliRunner

from grader.cli.main import grader
from grader.course import Course, load_course
from grader.course.lint import lint
from grader.course.mutants import load_mutants

WORDS = ("--module", "1", "--task", "1", "--title", "It is kind", "--points", "5", "--taken-from", "one.base")


def begin(course: Course, criterion: str = "one.kind", *words: str):  # type: ignore[no-untyped-def]
    told = ["course", "new-criterion", criterion, "--course", str(course.root), *(words or WORDS)]
    return CliRunner().invoke(grader, told)


def test_it_is_begun_and_fits(course: Course) -> None:
    ended = begin(course)
    assert ended.exit_code == 0, ended.output
    module = load_course(course.root).modules[0]
    assert [(c.id, c.points) for c in module.criteria] == [
        ("one.base", 55),
        ("one.guard", 40),
        ("one.review", 0),
        ("one.kind", 5),
    ]
    assert [m.must_fail for m in load_mutants(course, module) if m.id == "one-kind"] == [("one.kind",)]
    check = course.root / "modules/01-one/checks/public/test_task1_kind.py"
    assert '@check("one.kind")' in check.read_text("utf-8")
    said = [str(problem) for problem in lint(load_course(course.root))]
    assert said == ["modules/01-one/README.md: there is no anchor for one.kind. Run: make reference"]


def test_a_hidden_one_is_begun_among_the_hidden(course: Course) -> None:
    assert begin(course, "one.kind", *WORDS, "--hidden").exit_code == 0
    assert (course.root / "modules/01-one/checks/hidden/test_task1_kind.py").is_file()


REFUSED = [
    ("one.guard", WORDS, "there is a criterion one.guard already"),
    ("two.guard", WORDS, "there is a criterion two.guard already"),
    ("One Kind", WORDS, "'One Kind' is no criterion id"),
    ("one.kind", (*WORDS, "--points", "60"), "one.base cannot give 60 points"),
    ("one.kind", (*WORDS, "--taken-from", "one.bas"), "one.bas cannot give 5 points"),
    ("one.kind", (*WORDS, "--title", 'It is "kind"'), "is no title"),
    ("one.kind", (*WORDS, "--module", "5"), "has no criteria yet"),
]


@pytest.mark.parametrize(("criterion", "words", "said"), REFUSED)
def test_what_does_not_fit_is_refused_and_writes_nothing(
    course: Course, criterion: str, words: tuple[str, ...], said: str
) -> None:
    before = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    ended = begin(course, criterion, *words)
    assert ended.exit_code != 0
    assert said in f"{ended.output}{ended.exception}"
    assert {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()} == before


def test_what_is_there_is_not_overwritten(course: Course) -> None:
    there = course.root / "modules/01-one/mutants/one-kind.toml"
    there.write_text("mine")
    assert "is there already" in str(begin(course).exception)
    assert there.read_text() == "mine"
