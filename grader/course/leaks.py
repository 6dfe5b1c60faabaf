"""Whether a release holds a line that learners may not see: in its files, or in any object of its history."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from grader.course.build import built_modules
from grader.course.manifest import Course
from grader.course.projection import project_tree
from grader.course.release import released_text
from grader.domain.course import State

# Shorter lines, or lines without words, say nothing: `return None` stands in every project.
_SHORTEST = 24
_CANARY = re.compile(r"CANARY-[0-9a-f]{8,}")


def leaks(folder: Path, course: Course, *, module: int) -> tuple[str, ...]:
    """Every place in the release, as ``path:line`` or ``object HASH``, with a hidden line or a canary."""
    hidden = hidden_lines(course, module)
    return (*_in_files(folder, hidden), *_in_objects(folder, hidden))


def hidden_lines(course: Course, module: int) -> frozenset[str]:
    """The distinctive lines of hidden checks, mutants and solutions that no released file has by right."""
    secret: set[str] = set()
    for each in course.modules:
        base = course.folder(each)
        for path in (*base.glob("checks/hidden/**/*"), *base.glob("mutants/**/*"), *base.glob("lab/**/*")):
            if path.is_file():
                secret |= _lines(path.read_text("utf-8", "replace"))
    open_: set[str] = set()
    for each in built_modules(course):
        for solved in (False, True):
            state = State(each.number, solved)
            lines = {line for content, _ in project_tree(course, state).values() for line in _lines(_text(content))}
            if each.number > module or (each.number == module and solved):
                secret |= lines
            else:
                open_ |= lines
    for text in released_text(course, module):
        open_ |= _lines(text)
    open_ |= _lines((course.environment_lock / "poetry.lock").read_text("utf-8"))
    return frozenset(secret - open_)


def _lines(text: str) -> set[str]:
    stripped = (line.strip() for line in text.splitlines())
    return {line for line in stripped if len(line) >= _SHORTEST and any(c.isalpha() for c in line)}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _guilty(text: str, hidden: frozenset[str]) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() in hidden or _CANARY.search(line):
            yield number


def _in_files(folder: Path, hidden: frozenset[str]) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".git" not in path.relative_to(folder).parts:
            for number in _guilty(path.read_text("utf-8", "replace"), hidden):
                yield f"{path.relative_to(folder)}:{number}"


def _in_objects(folder: Path, hidden: frozenset[str]) -> Iterator[str]:
    """Every object, unreachable ones too."""
    if not (folder / ".git").is_dir():
        return
    base = ["git", "-C", str(folder), "cat-file"]
    listed = subprocess.run([*base, "--batch-all-objects", "--batch-check"], capture_output=True, check=True, text=True)
    for line in listed.stdout.splitlines():
        name, kind, _ = line.split()
        content = subprocess.run([*base, kind, name], capture_output=True, check=True).stdout
        if kind != "tree" and any(True for _ in _guilty(_text(content), hidden)):
            yield f"object {name}"
