"""Correct solutions of other hands: data over the starter, and entries of the proof that need full marks."""

from pathlib import Path

import pytest

from grader.course import Course
from grader.course.accepted import Accepted, accepted_tree, load_accepted
from grader.course.ledger import Outcome, entries
from grader.domain.course import Edit
from grader.domain.errors import CourseError

STARTER = {
    "a.py": (b"a\n", False),
    "old/b.py": (b"b\n", False),
    "older.py": (b"c\n", False),
    "poetry.lock": (b"1", False),
}
SOLUTION = {"a.py": (b"A\n", False), "poetry.lock": (b"2", False)}


def other(remove: tuple[str, ...] = (), content: bytes = b"other\n") -> Accepted:
    return Accepted("hand", "Another", remove, {"a.py": (content, True)})


@pytest.fixture
def written(root: Path) -> Path:
    folder = root / "modules/01-one/accepted"
    (folder / "hand/src").mkdir(parents=True)
    (folder / "hand/src/app.py").write_text("def size(path): ...\n", "utf-8")
    (folder / "hand.toml").write_text('title = "Another"\nremove = ["src/plain.py"]\n', "utf-8")
    return folder


def test_it_is_the_starter_with_files_removed_and_written_and_the_lock_of_the_solution():
    assert accepted_tree(STARTER, SOLUTION, other(("old",))) == {
        "a.py": (b"other\n", True),
        "older.py": (b"c\n", False),
        "poetry.lock": (b"2", False),
    }


@pytest.mark.parametrize(
    ("accepted", "message"),
    [
        (other(("ol",)), "accepted/hand.toml: there is no ol in the starter"),
        (Accepted("hand", "", (), {"a.py": (b"a\n", False)}), "accepted/hand/a.py is as the starter has it"),
    ],
)
def test_what_does_not_fit_the_starter_is_an_error(accepted: Accepted, message: str):
    with pytest.raises(CourseError) as caught:
        accepted_tree(STARTER, SOLUTION, accepted)
    assert caught.value.message == message


def test_one_of_edits_is_the_solution_with_them():
    accepted = Accepted("hand", "Another", (), {}, (Edit("a.py", "A", "other"), Edit("new.py", "", "new\n")))
    assert accepted_tree(STARTER, SOLUTION, accepted) == {
        "a.py": (b"other\n", False),
        "new.py": (b"new\n", False),
        "poetry.lock": (b"2", False),
    }


def test_an_edit_that_does_not_fit_is_an_error():
    accepted = Accepted("hand", "Another", (), {}, (Edit("a.py", "B", "other"),))
    with pytest.raises(CourseError, match=r"accepted/hand.toml: the old text is 0 times in a.py"):
        accepted_tree(STARTER, SOLUTION, accepted)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there are no files in edits/"),
        ('remove = ["a.py"]\n[[edits]]\nfile = "a.py"\nold = "a"\nnew = "b"\n', "has edits, and files or `remove` too"),
        ('[[edits]]\nfile = "a.py"\nold = "a"\nnew = "a"\n', "changes nothing"),
        ('[[edits]]\nfile = "../a.py"\nold = "a"\nnew = "b"\n', "is no path in the solution"),
    ],
)
def test_edits_as_written(course: Course, written: Path, text: str, message: str):
    (written / "edits.toml").write_text(f'title = "Another"\n{text}', "utf-8")
    with pytest.raises(CourseError) as caught:
        load_accepted(course, course.modules[0])
    assert message in caught.value.message


def test_it_is_an_entry_that_needs_full_marks(course: Course, written: Path):
    found = next(e for e in entries(course, only=1) if e.name == "01/accepted/hand")
    assert "src/plain.py" not in found.tree
    assert found.tree["src/app.py"][0] == b"def size(path): ...\n"
    assert found.problem(Outcome("", 100)) == ""
    assert found.problem(Outcome("", 60, failed=("one.guard",))) == "not passed: one.guard"
    assert found.problem(Outcome("", 0, ("one.base",), ("one.guard",))) == "not passed: one.base, one.guard"


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("hand.toml", 'titel = "Another"\n', "unknown field `titel`"),
        ("hand.toml", None, "hand has no description"),
        ("hand/src/app.py", None, "there are no files in hand/"),
    ],
)
def test_a_malformed_one_is_an_error(course: Course, written: Path, path: str, text: str | None, message: str):
    (written / path).unlink()
    if text is not None:
        (written / path).write_text(text, "utf-8")
    with pytest.raises(CourseError) as caught:
        load_accepted(course, course.modules[0])
    assert message in caught.value.message
