"""From the one application to one of its states: markers, generated files, formatting."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.course.generators import GENERATORS
from grader.course.grammar import LEAK
from grader.course.manifest import Course
from grader.course.markers import project
from grader.domain.course import State
from grader.domain.errors import CourseError

_SKIPPED = frozenset(
    (".git", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", "node_modules", "staticfiles")
)
_UNWANTED = (".pyc", ".sqlite3", ".log", ".coverage")
_RUFF = ("--isolated", "--quiet", "--no-cache", "--line-length", "88", "--target-version", "py312")
_FIRST_PARTY = 'lint.isort.known-first-party=["accounts","comments","config","core","health","posts","tests"]'


def sources(reference: Path) -> Iterator[str]:
    """Paths of the application's own files, in order, from its root; what tools leave behind is none of them."""
    for path in sorted(reference.rglob("*")):
        relative = path.relative_to(reference)
        if (
            path.is_file()
            and not _SKIPPED & set(relative.parts)
            and not path.name.endswith(_UNWANTED)
            and path.name != ".env"
        ):
            yield relative.as_posix()


def project_tree(course: Course, state: State) -> Mapping[str, tuple[bytes, bool]]:
    """Every file of a state by its path: its content, and whether it is executable.

    Raises:
        CourseError: a marker is malformed, a state does not format, or a marker is left over.
    """
    tree: dict[str, tuple[bytes, bool]] = {}
    for path in sources(course.reference):
        if state.checkpoint < course.plain_files.get(path, 1):
            continue
        file = course.reference / path
        content = project(path, file.read_bytes(), state)
        if content is not None:
            tree[path] = (content, bool(file.stat().st_mode & 0o100))
    for made in course.generators:
        if State(made.checkpoint, made.solved) == state:
            tree[made.file] = (GENERATORS[made.generator](made, {p: c for p, (c, _) in tree.items()}), False)
    return _without_markers(_formatted(tree, course), state)


def project_to(course: Course, state: State, out: Path) -> Path:
    """Write a state to the folder ``out``, which must not exist or be empty; gives ``out``."""
    for path, (content, executable) in project_tree(course, state).items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if executable else 0o644)
    return out


def _formatted(tree: Mapping[str, tuple[bytes, bool]], course: Course) -> dict[str, tuple[bytes, bool]]:
    """The tree without the imports that a stub leaves unused, sorted and formatted.

    Only files that carry markers are touched: what the author wrote whole stays as it was written.
    """
    marked = [p for p, (c, _) in tree.items() if p.endswith(".py") and c != (course.reference / p).read_bytes()]
    out = dict(tree)
    if not marked:
        return out
    with tempfile.TemporaryDirectory(prefix="track-project-") as name:
        room = Path(name)
        for path in marked:
            (room / path).parent.mkdir(parents=True, exist_ok=True)
            (room / path).write_bytes(tree[path][0])
        _ruff(room, "check", "--select", "F401,I", "--fix", "--config", _FIRST_PARTY)
        _ruff(room, "format")
        for path in marked:
            out[path] = ((room / path).read_bytes(), tree[path][1])
    return out


def _ruff(room: Path, command: str, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", command, *_RUFF, *words, "."],
        cwd=room,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CourseError(
            f"a projected state does not parse: {(done.stderr or done.stdout).strip()[:400]}",
            "Look at the markers of that file: a body or a stub is left without something that it needs.",
        )


def _without_markers(tree: dict[str, tuple[bytes, bool]], state: State) -> Mapping[str, tuple[bytes, bool]]:
    for path, (content, _) in tree.items():
        if LEAK.search(content):
            raise CourseError(
                f"{state}: a marker is left in {path}", "Write it exactly, or list the file in course.toml."
            )
    return tree
