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


def lint_brief(course: Course, module: Module) -> Iterator[LintProblem]:
    """What of a module's pages does not fit its manifest, or leads nowhere."""
    folder = course.folder(module)
    brief = folder / "README.md"
    if not brief.is_file():
        return
    where = brief.relative_to(course.root).as_posix()
    text = brief.read_text("utf-8")
    yield from _anchors(where, _ANCHOR.findall(text), {c.id for c in module.criteria})
    if tasks := {int(number) for number in _TASK.findall(text)}:
        for criterion in (c for c in module.criteria if c.task not in tasks):
            line = str(line_of(folder / "module.toml", criterion.id)).removeprefix(f"{course.root}/")
            yield LintProblem(line, f"{criterion.id} is of task {criterion.task}, which the brief does not have.")
    for page in sorted(folder.glob("*.md")):
        yield from _links(course, page)


def _anchors(where: str, anchors: list[str], known: set[str]) -> Iterator[LintProblem]:
    for silent in sorted(known - set(anchors)):
        yield LintProblem(where, f"there is no anchor for {silent}.", _REFERENCE)
    for doubled in sorted(i for i in known if anchors.count(i) > 1):
        yield LintProblem(where, f"there are two anchors for {doubled}.", _REFERENCE)
    areas = {i.partition(".")[0] for i in known}
    for stray in sorted(a for a in set(anchors) - known if "." in a and a.partition(".")[0] in areas):
        yield LintProblem(where, f"the anchor {stray} is of no criterion.", _REFERENCE)


def _links(course: Course, page: Path) -> Iterator[LintProblem]:
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        for target in _LINK.findall(line):
            if not (page.parent / target).exists() and not _on_site(course, page, target):
                where = f"{page.relative_to(course.root).as_posix()}:{number}"
                yield LintProblem(where, f"there is no {target}.", "Mend the link.")


def _on_site(course: Course, page: Path, target: str) -> bool:
    """Whether it leads somewhere on the site, which shows the page one folder further down."""
    return (course.root / "docs" / "modules" / page.parent.name / target).exists()
