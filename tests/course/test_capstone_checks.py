"""What is checked of the capstone beside the modules: a manifest, checks and mutants of its own, and in no release."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, assign_capstone, load_course
from grader.course.grammar import CAPSTONE_CHECKPOINT
from grader.course.lint.briefs import CAPSTONE_PAGE, lint_capstone_pages
from grader.course.lint.checks import lint_checks
from grader.course.lint.mutants import lint_mutants
from grader.course.lint.peer_review import lint_items
from grader.course.mutants import edited, load_mutants
from grader.course.projection import project_tree
from grader.course.release import release
from grader.course.rubric import load_rubric
from grader.domain.course import CAPSTONE, Edit, Module, State
from grader.domain.errors import CourseError

MANIFEST = """
title = "Capstone"

[[criteria]]
id = "ledger.chain"
title = "Tampering shows"
task = 1
hint = "Hash each entry with the one before."
docs = [["Hash", "https://docs.python.org/3/library/hashlib.html"]]
dimension = "security"
seen_by = ["observer"]
"""
CHECK = '''
from grader.checkpoint import check


@check("ledger.chain")
def test_chain(app):
    """Tampering shows, and that is the hidden line of the capstone."""
'''
FILES = {
    "capstone/capstone.toml": MANIFEST,
    "capstone/README.md": "### Task 1. A ledger\n",
    "capstone/checks/conftest.py": "# shared\n",
    "capstone/checks/public/test_public.py": "# none\n",
    "capstone/checks/hidden/test_chain.py": CHECK,
    CAPSTONE_PAGE: '<a id="ledger.chain"></a>\n',
}
ENOUGH_MUTANTS = 5


@pytest.fixture
def root(root: Path) -> Path:
    """The tiny course, with a capstone."""
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def capstone(course: Course) -> Module:
    assert course.capstone is not None
    return course.capstone


def said(course: Course) -> list[str]:
    own = capstone(course)
    found = (*lint_checks(course, own), *lint_capstone_pages(course, own), *lint_mutants(course, own))
    return [f"{one.where}: {one.problem}" for one in found]


def test_it_is_an_assignment_of_its_own_after_the_modules(course: Course) -> None:
    own = capstone(course)
    assert (own.slug, own.number) == (CAPSTONE, CAPSTONE_CHECKPOINT)
    assert [m.slug for m in course.assignments] == ["01-one", "02-two", CAPSTONE]
    assert course.folder(own) == course.root / "capstone"
    assert own.criterion("ledger.chain").requires == ()
    assert said(course) == []


def test_control_a_course_without_one_has_its_modules_alone(root: Path) -> None:
    (root / "capstone/capstone.toml").unlink()
    course = load_course(root)
    assert course.capstone is None
    assert course.assignments == course.modules


WRONG_MANIFESTS = [
    ("task = 1\n", "task = 1\npoints = 3\n", "points"),
    ('id = "ledger.chain"', 'id = "one.base"', "one.base"),
    ('id = "ledger.chain"', 'id = "Chain"', "is no criterion id"),
    ('seen_by = ["observer"]\n', 'seen_by = ["observer"]\nrequires = ["ledger.x"]\n', "requires ledger.x"),
    ('seen_by = ["observer"]', 'seen_by = ["person"]', "`person`|is seen by person"),
    ("[[criteria]]", "[[criteria]", "is not TOML"),
]


@pytest.mark.parametrize(("old", "new", "expected"), WRONG_MANIFESTS)
def test_what_is_wrong_in_the_manifest_is_named(
    old: str, new: str, expected: str, rewrite: Callable[[str, str, str], Course]
) -> None:
    with pytest.raises(CourseError, match=expected):
        rewrite("capstone/capstone.toml", old, new)


HIDDEN = "capstone/checks/hidden/test_chain.py"
SLIPS = [
    (HIDDEN, "ledger.chain", "ledger.chian", f"{HIDDEN}:5: ledger.chian is no criterion of the capstone; did you mean"),
    (HIDDEN, '@check("ledger.chain")\n', "", f"{HIDDEN}:5: test_chain is tied to no criterion."),
    (HIDDEN, '@check("ledger.chain")\n', "", "capstone/capstone.toml:5: no check carries ledger.chain."),
    (CAPSTONE_PAGE, "ledger.chain", "ledger.chains", f"{CAPSTONE_PAGE}: there is no anchor for ledger.chain."),
    (CAPSTONE_PAGE, "ledger.chain", "ledger.chains", f"{CAPSTONE_PAGE}: the anchor ledger.chains is of no criterion."),
    ("capstone/README.md", "Task 1", "Task 2", "capstone/capstone.toml:5: ledger.chain is of task 1, which the brief"),
]


@pytest.mark.parametrize(("path", "old", "new", "expected"), SLIPS)
def test_a_slip_is_found_where_it_is(
    path: str, old: str, new: str, expected: str, rewrite: Callable[[str, str, str], Course]
) -> None:
    assert any(line.startswith(expected) for line in said(rewrite(path, old, new)))


MUTANT = """title = "Forgets"
must_fail = ["ledger.chain"]

[[edits]]
file = "src/app.py"
old = "{old}"
new = "x"
"""


def test_its_mutants_are_made_from_its_solution(root: Path) -> None:
    folder = root / "capstone/mutants"
    folder.mkdir()
    (folder / "forgets.toml").write_text(MUTANT.format(old="sys.argv[0]"))
    course = load_course(root)
    assert [m.id for m in load_mutants(course, capstone(course))] == ["forgets"]
    assert said(course) == []
    (folder / "forgets.toml").write_text(MUTANT.format(old="nowhere"))
    (problem,) = said(load_course(root))
    assert problem.startswith("capstone/mutants/forgets.toml: the old text is 0 times in src/app.py")


def test_no_release_has_anything_of_it(course: Course, tmp_path: Path, without_git_variables: None) -> None:
    out = release(course, tmp_path / "out", module=2)
    held = [path for path in out.rglob("*") if path.is_file() and b"ledger.chain" in path.read_bytes()]
    assert held == []
    assert not (out / "capstone").exists()


def test_of_this_course_each_criterion_has_checks_of_both_kinds(real: Course, tmp_path: Path) -> None:
    own = capstone(real)
    criteria = {c.id for c in own.criteria}
    assert said(real) == []
    assert list(lint_items(real)) == []
    asked = criteria & set(load_rubric(real).evidence)
    assert "audit.chain" in asked
    (part,) = [one for one in assign_capstone(real, tmp_path).parts if criteria & set(one.criteria or ())]
    assert set(part.criteria or ()) == asked
    assert [folder.name for folder in part.assignment.checks(public_only=False)] == ["public", "hidden"]
    for folder in ("public", "hidden"):
        text = "".join(path.read_text() for path in (real.root / "capstone/checks" / folder).glob("test_*.py"))
        assert [c for c in criteria if f'"{c}"' not in text] == []


def test_of_this_course_every_criterion_has_mutants_and_they_fit_the_solution(real: Course) -> None:
    own, solution = capstone(real), project_tree(real, State(CAPSTONE_CHECKPOINT, True))
    failed = list[str]()
    for path in sorted((real.root / "capstone/mutants").rglob("*.toml")):
        described = tomllib.loads(path.read_text())
        edits = [Edit(one["file"], one["old"], one["new"]) for one in described["edits"]]
        assert edited(solution, edits, path.name) != solution
        assert not set(described["must_fail"]) & set(described.get("may_fail", []))
        failed += described["must_fail"]
    assert set(failed) == {c.id for c in own.criteria}
    assert failed.count("audit.chain") >= ENOUGH_MUTANTS
