"""Briefs and hints: an anchor for each criterion, a task for each number, links that lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.course.lint.problem import LintProblem
from grader.course.manifest import Course
from grader.course.toml import line_of
from grader.domain.course import Module

_ANCHOR = re.compile(r"""<a id=["']([^"']+)["']""")
_TASK = re.compile(r"^#{2,4} Task (\d+)\b", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
_REFERENCE = "Run: make reference"
_ROW = "Write one row for each criterion of capstone/capstone.toml."
CAPSTONE_PAGE = "docs/learners/capstone.md"


def lint_brief(course: Course, module: Module) -> Iterator[LintProblem]:
    """What of a module's pages does not fit its manifest, or leads nowhere."""
    folder = course.folder(module)
    brief = folder / "README.md"
    if not brief.is_file():
        return
    where = brief.relative_to(course.root).as_posix()
    text = brief.read_text("utf-8")
    yield from _anchors(where, _ANCHOR.findall(text), {c.id for c in module.criteria})
    yield from _tasks(course, module, text)
    for page in sorted(folder.glob("*.md")):
        yield from _links(course, page)


def lint_capstone_pages(course: Course, capstone: Module) -> Iterator[LintProblem]:
    """The same of the capstone, whose brief is a contract: its criteria stand on the page about how it is graded."""
    page, brief = course.root / CAPSTONE_PAGE, course.folder(capstone) / "README.md"
    if page.is_file():
        known = {c.id for c in capstone.criteria}
        yield from _anchors(CAPSTONE_PAGE, _ANCHOR.findall(page.read_text("utf-8")), known, _ROW)
    if brief.is_file():
        yield from _tasks(course, capstone, brief.read_text("utf-8"))


def _tasks(course: Course, module: Module, text: str) -> Iterator[LintProblem]:
    if tasks := {int(number) for number in _TASK.findall(text)}:
        for criterion in (c for c in module.criteria if c.task not in tasks):
            line = str(line_of(course.manifest(module), criterion.id)).removeprefix(f"{course.root}/")
            yield LintProblem(line, f"{criterion.id} is of task {criterion.task}, which the brief does not have.")


def _anchors(where: str, anchors: list[str], known: set[str], remedy: str = _REFERENCE) -> Iterator[LintProblem]:
    for silent in sorted(known - set(anchors)):
        yield LintProblem(where, f"there is no anchor for {silent}.", remedy)
    for doubled in sorted(i for i in known if anchors.count(i) > 1):
        yield LintProblem(where, f"there are two anchors for {doubled}.", remedy)
    areas = {i.partition(".")[0] for i in known}
    for stray in sorted(a for a in set(anchors) - known if "." in a and a.partition(".")[0] in areas):
        yield LintProblem(where, f"the anchor {stray} is of no criterion.", remedy)


def _links(course: Course, page: Path) -> Iterator[LintProblem]:
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        for target in _LINK.findall(line):
            if not (page.parent / target).exists() and not _on_site(course, page, target):
                where = f"{page.relative_to(course.root).as_posix()}:{number}"
                yield LintProblem(where, f"there is no {target}.", "Mend the link.")


def _on_site(course: Course, page: Path, target: str) -> bool:
    """Whether it leads somewhere on the site, which shows the page one folder further down."""
    return (course.root / "docs" / "modules" / page.parent.name / target).exists()
