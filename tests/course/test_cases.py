"""Somebody's work as a case of the course: edits where they are few, else files, and always that very work again."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course import Course, project_tree
from grader.course.accepted import accepted_tree, load_accepted
from grader.course.cases import Kind, NewCase, known_case, name_of, take_back, write_case
from grader.course.edits import small_edits, text_toml
from grader.course.mutants import edited, load_mutants, mutate
from grader.course.projection import Tree
from grader.domain.course import State
from grader.domain.errors import CourseError, UsageError_

LINES = st.lists(st.sampled_from(["a\n", "b\n", "\n", "    c\n", "é '''\n", '"\\\n']), min_size=1, max_size=12)


def case(kind: Kind = "accepted", name: str = "by-hand", title: str = "By hand") -> NewCase:
    return NewCase(kind, name, title, "two.guard", "From appeal 0123456789ab: it is\nright")


def solved(course: Course) -> dict[str, tuple[bytes, bool]]:
    return dict(project_tree(course, State(2, True)))


def with_text(tree: Tree, path: str, old: str, new: str) -> Tree:
    text = tree[path][0].decode()
    assert old in text
    return {**tree, path: (text.replace(old, new).encode(), tree[path][1])}


@given(LINES, LINES)
def test_edits_lead_from_one_text_to_the_other(before: list[str], after: list[str]) -> None:
    old, new = {"f": ("".join(before).encode(), False)}, {"f": ("".join(after).encode(), False)}
    found = small_edits(old, new)
    assert found is not None
    assert edited(old, found, "here") == new


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_the_same_in_toml(text: str) -> None:
    assert tomllib.loads(f"x = {text_toml(text)}")["x"] == text


def test_a_small_change_is_edits_of_the_solution(course: Course) -> None:
    module = course.modules[1]
    work = with_text(solved(course), "src/app.py", "sys.argv[0]", "sys.argv[-1]")
    (path,) = write_case(course, module, case(), {**work, "src/new.py": (b"NEW = 1\n", False)})
    assert path.read_text().startswith('# From appeal 0123456789ab: it is right\ntitle = "By hand"\n')
    (found,) = load_accepted(course, module)
    assert len(found.edits) == 2
    assert accepted_tree({}, solved(course), found)["src/app.py"] == work["src/app.py"]


def test_a_mutant_must_fail_the_criterion(course: Course) -> None:
    module = course.modules[1]
    work = with_text(solved(course), "src/app.py", "sys.argv[0]", "sys.argv[1]")
    write_case(course, module, case("mutant"), work)
    found = next(m for m in load_mutants(course, module) if m.id == "by-hand")
    assert found.must_fail == ("two.guard",)
    assert mutate(solved(course), found) == work


def test_another_project_is_files_over_the_starter(course: Course) -> None:
    module = course.modules[1]
    work = {path: file for path, file in solved(course).items() if path != "src/plain.py"}
    work |= {"src/app.py": (b"import os\n", False), "bin/run": (b"\xff\n", True)}
    path, folder = write_case(course, module, case(), work)
    assert tomllib.loads(path.read_text())["remove"] == ["src/plain.py"]
    assert (folder / "bin/run").stat().st_mode & 0o100
    (found,) = load_accepted(course, module)
    assert accepted_tree(project_tree(course, State(2, False)), solved(course), found) == work
    with pytest.raises(UsageError_, match="no small change"):
        write_case(course, module, case("mutant", "other"), work)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (case(name="../../evil"), "is no name of a case"),
        (case(name=""), "no name can be made of the title"),
        (case(name="x" * 61), "is no name of a case"),
        (case(title=""), "has no title"),
        (case(title="two\nlines"), "the title is no line"),
        (case(title="\x1b[2J"), "the title is no line"),
        (case(title="x" * 201), "the title is no line"),
        (case("mutant", "forgets"), "is there already"),
    ],
)
def test_what_cannot_be_written_is_said(course: Course, new: NewCase, said: str) -> None:
    with pytest.raises(UsageError_, match=said):
        write_case(course, course.modules[1], new, {"manage.py": (b"x", False)})
    assert not (course.folder(course.modules[1]) / "accepted").exists()


def test_the_solution_and_the_starter_are_no_cases(course: Course) -> None:
    for state, said in ((State(2, True), "the solution of the course itself"), (State(2, False), "is the starter")):
        work = project_tree(course, state)
        with pytest.raises(UsageError_, match=said):
            write_case(course, course.modules[1], case(), work)
    assert not list((course.folder(course.modules[1]) / "accepted").glob("*"))


def test_a_case_that_git_would_not_keep_whole_is_taken_back(course: Course, without_git_variables: None) -> None:
    from grader.course.git import git

    git(course.root, "init", "-q")
    work = {**solved(course), ".gitignore": (b"*.secret\n", False), "a.secret": (b"x", False), "b": (b"\xff", True)}
    with pytest.raises(CourseError, match=r"a\.secret would be otherwise"):
        write_case(course, course.modules[1], case(), work)
    folder = course.folder(course.modules[1]) / "accepted"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A lock, taken by hand (twice)", "a-lock-taken-by-hand-twice"),
        ("One two three four five six seven", "one-two-three-four-five-six"),
        ("x" * 40 + " " + "y" * 40, "x" * 40),
        ("x" * 80, ""),
        ("Блокировка", ""),
        ("../../evil", "evil"),
        ("", ""),
    ],
)
def test_a_name_is_made_of_a_title(title: str, name: str) -> None:
    assert name_of(title) == name


def test_a_case_by_hand_is_known_by_name(course: Course) -> None:
    module = course.modules[1]
    assert known_case(course, module, "mutant", "forgets", "two.guard") == "mutants/forgets"
    for kind, name, criterion in (("mutant", "forgets", "two.review"), ("accepted", "none", "two.guard")):
        with pytest.raises(UsageError_, match=f"has no {name}"):
            known_case(course, module, kind, name, criterion)  # type: ignore[arg-type]


def test_what_was_written_is_taken_back(course: Course) -> None:
    module = course.modules[1]
    take_back(write_case(course, module, case(), {**solved(course), "b": (b"\xff", True)}))
    assert load_accepted(course, module) == ()


def test_paths_of_a_case_stay_in_its_folder(course: Course) -> None:
    work = {**solved(course), "b": (b"\xff", True)}
    made = write_case(course, course.modules[1], case(), work)
    folder = course.folder(course.modules[1]) / "accepted"
    assert all(Path(path).is_relative_to(folder) for path in made)
