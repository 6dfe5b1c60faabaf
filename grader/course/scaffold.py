"""A new criterion, begun: its lines in the manifest, a check that fails until it is written, a mutant to be filled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.manifest import CRITERION_ID, Course, load_course
from grader.domain.course import Criterion, Module
from grader.domain.errors import CourseError, UsageError_

_CRITERION = """
[[criteria]]
id = "{id}"
title = "{title}"
points = {points}
task = {task}
hint = "TODO: which way to go, without giving the solution away."
docs = [["TODO: what to read next", "https://docs.djangoproject.com/en/6.0/"]]
dimension = "{dimension}"
seen_by = ["observer"]
"""

_CHECK = '''"""Task {task}: {title}."""

from grader.checkpoint import check, fail


@check("{id}")
def test_{name}(app):
    """{title}."""
    # What a right solution may do comes first, what is refused after it; inputs are drawn from `rng`.
    fail(expected="TODO: what the brief says", observed="TODO: what was seen")
'''

_MUTANT = """# TODO: take away of the solution what this criterion asks for. `old` has to be there exactly once.
title = "TODO: {title}, but not here"
must_fail = ["{id}"]

[[edits]]
file = "TODO.txt"
old = ""
new = "an edit that changes nothing"
"""


@dataclass(frozen=True, slots=True)
class NewCriterion:
    """What is to be begun. ``points`` are taken from the criterion ``taken_from``, so that the sum stays."""

    id: str
    title: str
    task: int
    points: int
    taken_from: str
    hidden: bool = False


def begin_criterion(course: Course, module: Module, new: NewCriterion) -> tuple[Path, ...]:
    """Write manifest, check and mutant: the paths, in that order.

    Raises:
        UsageError_: the id is none or is taken, the other criterion cannot give so many points, or a file is there.
    """
    giver = _giver(course, module, new)
    folder = course.folder(module)
    area, _, idea = new.id.partition(".")
    name = idea.replace("-", "_")
    kind = "hidden" if new.hidden else "public"
    check = folder / "checks" / kind / f"test_task{new.task}_{name}.py"
    mutant = folder / "mutants" / f"{area}-{idea}.toml"
    for path in (check, mutant):
        if path.exists():
            raise UsageError_(f"{path} is there already", "Choose another id, or go on with what is there.")
    words = {"id": new.id, "title": new.title, "task": new.task, "points": new.points, "name": name}
    manifest = folder / "module.toml"
    before = manifest.read_text("utf-8")
    manifest.write_text(_with(before, module, new, giver, words | {"dimension": giver.dimension.value}), "utf-8")
    try:
        load_course(course.root)
    except CourseError:
        manifest.write_text(before, "utf-8")
        raise
    for path, text in ((check, _CHECK), (mutant, _MUTANT)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**words), "utf-8")
    return manifest, check, mutant


def _giver(course: Course, module: Module, new: NewCriterion) -> Criterion:
    known = {c.id: c for c in module.criteria}
    if not CRITERION_ID.fullmatch(new.id):
        raise UsageError_(f"{new.id!r} is no criterion id", "Write `area.what-it-says`, in lower case.")
    if not new.title or re.search(r'["\\{}\x00-\x1f]', new.title):
        raise UsageError_(f"{new.title!r} is no title", "Write a sentence in one line, without quotes and braces.")
    if any(new.id == c.id for m in course.assignments for c in m.criteria):
        raise UsageError_(f"there is a criterion {new.id} already", "Ids are never used twice: choose another.")
    giver = known.get(new.taken_from)
    if giver is None or giver.points <= new.points:
        able = ", ".join(f"{c.id} ({c.points})" for c in module.criteria if c.points > new.points)
        raise UsageError_(f"{new.taken_from} cannot give {new.points} points", f"These can: {able}.")
    return giver


def _with(text: str, module: Module, new: NewCriterion, giver: Criterion, words: Mapping[str, object]) -> str:
    """The manifest with the criterion after the last one of its task, and the other one's points reduced."""
    blocks = re.split(r"(?m)^(?=\[\[)", text)
    tasks = {c.id: c.task for c in module.criteria}
    ids = [found[1] if (found := re.search(r'(?m)^id = "([^"]+)"', block)) else "" for block in blocks]
    at = max((n for n, i in enumerate(ids) if tasks.get(i, 99) <= new.task), default=len(blocks) - 1)
    blocks[ids.index(giver.id)] = re.sub(
        r"(?m)^points = \d+", f"points = {giver.points - new.points}", blocks[ids.index(giver.id)], count=1
    )
    body, comment = _comment_apart(blocks[at])
    blocks[at] = body.rstrip("\n") + "\n" + _CRITERION.format(**words) + comment
    return "".join(blocks)


def _comment_apart(block: str) -> tuple[str, str]:
    """A table, and the comment below it that speaks of the next one."""
    found = re.search(r"(?:\n+(?:#[^\n]*\n+)+|\n+)\Z", block)
    return (block[: found.start()], found[0]) if found else (block, "")
