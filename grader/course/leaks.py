"""Whether a release holds a line that learners may not see: in its files, or in any object of its history."""

import re
from collections.abc import Iterator
from pathlib import Path

from grader.course.build import built_modules
from grader.course.git import git, own_files
from grader.course.manifest import Course
from grader.course.projection import project_tree, sources
from grader.course.release import released_text
from grader.domain.course import State

# Shorter lines, or lines without words, say nothing: `return None` stands in every project.
_SHORTEST = 24
_CANARY = re.compile(r"CANARY-[0-9a-f]{8,}")
_STAFF = ("checks/hidden/", "accepted/", "mutants/", "lab/", "design.md")
# What may stand around a line without making it another one: comment signs, quotes, the marks of lists.
_AROUND = " \t#/*<>!-\"'`"


def leaks(folder: Path, course: Course, *, module: int) -> tuple[str, ...]:
    """Every place in the release with a hidden line or a canary: ``path:line``, ``path``, or ``object HASH:line``.

    A line counts as found however it is indented, commented out or quoted. What is shorter than 24 characters is not
    looked for, and neither is what was encoded or reworded.
    """
    hidden = hidden_lines(course, module)
    return (*_in_files(folder, hidden), *_in_objects(folder, hidden))


def hidden_lines(course: Course, module: int) -> frozenset[str]:
    """The distinctive lines of whatever a release of this module does not have by right, bare of what is around them.

    They are of hidden checks, mutants, notebooks and designs, of later modules, of the application as it is written,
    and of its later and solved states.
    """
    secret = _of_staff(course, module) | _of_source(course)
    open_: set[str] = _lines((course.environment_lock / "poetry.lock").read_text("utf-8"))
    for each in built_modules(course):
        for state in (State(each.number, False), State(each.number, True)):
            if state > State(module, False):
                secret |= _of_state(course, state)
            else:
                open_ |= _of_state(course, state)
    for text in released_text(course, module):
        open_ |= _lines(text)
    return frozenset(secret - open_)


def _of_staff(course: Course, module: int) -> set[str]:
    lines: set[str] = set()
    later = [m for m in course.modules if m.number > module]
    for folder in (*map(course.folder, course.modules), course.root / "capstone"):
        whole = folder in [course.folder(m) for m in later]
        for path in own_files(folder):
            if path.startswith(_STAFF) or (whole and not path.startswith("starter/")):
                lines |= _lines((folder / path).read_text("utf-8", "replace"))
    return lines


def _of_source(course: Course) -> set[str]:
    return {line for path in sources(course) for line in _lines(_text((course.reference / path).read_bytes()))}


def _of_state(course: Course, state: State) -> set[str]:
    return {line for content, _ in project_tree(course, state).values() for line in _lines(_text(content))}


def _bare(line: str) -> str:
    """The line without what may stand around it; "" if too little is left to distinguish it from other lines."""
    bare = line.strip(_AROUND)
    return bare if len(bare) >= _SHORTEST and any(c.isalpha() for c in bare) else ""


def _lines(text: str) -> set[str]:
    return {bare for line in text.splitlines() if (bare := _bare(line))}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _guilty(text: str, hidden: frozenset[str]) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), 1):
        if _bare(line) in hidden or _CANARY.search(line):
            yield number


def _in_files(folder: Path, hidden: frozenset[str]) -> Iterator[str]:
    """All files, those of git too, but for its objects: they are read by git."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if _CANARY.search(path.name):
            yield str(relative)
        if path.is_file() and relative.parts[:2] != (".git", "objects"):
            for number in _guilty(path.read_text("utf-8", "replace"), hidden):
                yield f"{relative}:{number}"


def _in_objects(folder: Path, hidden: frozenset[str]) -> Iterator[str]:
    """Every object, those that no branch reaches too."""
    if not (folder / ".git").exists():
        return
    stream = git(folder, "cat-file", "--batch", "--batch-all-objects", "--unordered")
    while stream:
        head, _, rest = stream.partition(b"\n")
        name, kind, size = head.decode("ascii").split()
        content, stream = rest[: int(size)], rest[int(size) + 1 :]
        # Names of files stand in trees between bytes that are no text; a canary shows all the same.
        for number in _guilty(_text(content), hidden if kind != "tree" else frozenset()):
            yield f"object {name}:{number}"
