"""From the one application to one of its states: markers, generated files, formatting."""

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from grader.course.comments import comment_of
from grader.course.generators import generate
from grader.course.git import own_files
from grader.course.grammar import LEAK
from grader.course.manifest import Course
from grader.course.markers import project
from grader.domain.course import State
from grader.domain.errors import CourseError, UsageError_

Tree = Mapping[str, tuple[bytes, bool]]
"""The files of a state by path: what is in them, and whether they are executable."""

_ALWAYS = State(1, False)
# The width is that of black, which the project is formatted with.
_RUFF = ("--isolated", "--quiet", "--no-cache", "--line-length", "88", "--target-version", "py312")


def sources(course: Course) -> tuple[str, ...]:
    """Paths of the application's own files, in order, from its root; what tools leave behind is none of them.

    Raises:
        CourseError: there is no application, a file is a symbolic link, or course.toml does not say from when on a
            file that has no comments shows.
    """
    root = course.reference
    if not root.is_dir():
        raise CourseError(
            f"there is no application in {root}", "Only the staff repository has one: go there, or name it: --course."
        )
    paths = own_files(root)
    for path in paths:
        if (root / path).is_symlink():
            raise CourseError(f"{root / path} is a symbolic link", "Write a file: learners may not be able to link.")
        if comment_of(path) is None and path not in course.plain_files:
            raise CourseError(
                f"{root / path} cannot carry markers, so nothing says from when on it shows",
                f'Add "{path}" = 1 (the starter that has it first) or "01 solved" to [files] of course.toml.',
            )
    for path in sorted(set(course.plain_files) - set(paths)):
        raise CourseError(f"course.toml: [files] lists {path}, which is not in {root}", "Delete that line.")
    for path in sorted(course.as_written - set(paths)):
        raise CourseError(f"course.toml: as_written lists {path}, which is not in {root}", "Delete that line.")
    return paths


def project_tree(course: Course, state: State) -> Tree:
    """Every file of a state by its path: its content, and whether it is executable.

    Raises:
        CourseError: a marker is malformed, a state does not format, or a marker is left over.
    """
    tree: dict[str, tuple[bytes, bool]] = {}
    marked: list[str] = []
    for path in sources(course):
        if state < course.plain_files.get(path, _ALWAYS):
            continue
        file = course.reference / path
        written = file.read_bytes()
        content = _projected(file, path, written, state)
        if content is not None:
            tree[path] = (content, bool(file.stat().st_mode & 0o100))
            is_marked = content != written and path.endswith(".py") and path not in course.as_written
            marked += [path] if is_marked else []
    tree |= _generated(course, tree, state)
    tree |= _formatted(tree, marked, state)
    return _without_markers(tree, course, state)


def _projected(file: Path, path: str, written: bytes, state: State) -> bytes | None:
    try:
        return project(path, written, state)
    except CourseError as wrong:  # says path:line; from where, only we know
        where = file.as_posix().removesuffix(path)
        raise CourseError(where + wrong.message, wrong.hint) from None


def _generated(course: Course, tree: Tree, state: State) -> dict[str, tuple[bytes, bool]]:
    contents = {path: content for path, (content, _) in tree.items()}
    return {
        made.file: (generate(made, contents, course.root), False)
        for made in course.generators
        if State(made.checkpoint, made.solved) == state
    }


def project_to(course: Course, state: State, out: Path) -> Path:
    """Write a state to the folder ``out``, which must not exist or be empty; gives ``out``."""
    return write_tree(project_tree(course, state), out)


def write_tree(tree: Tree, out: Path) -> Path:
    """Write a tree to the folder ``out``; gives ``out``.

    Raises:
        UsageError_: ``out`` holds something already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError_(f"{out} is not an empty folder", "Name one that does not exist yet; nothing is overwritten.")
    out.mkdir(parents=True, exist_ok=True)
    for path, (content, executable) in tree.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if executable else 0o644)
    return out


def _formatted(tree: Tree, marked: list[str], state: State) -> Tree:
    """The files that markers changed, without the imports that a stub leaves unused, sorted and formatted.

    What the author wrote whole stays as it was written, and so does what course.toml lists as such.
    """
    if not marked:
        return {}
    done = _ruffed(state, tuple((path, tree[path][0]) for path in marked), _first_party(tree))
    return {path: (content, tree[path][1]) for path, content in done}


@cache
def _ruffed(state: State, files: tuple[tuple[str, bytes], ...], first_party: str) -> tuple[tuple[str, bytes], ...]:
    """The same files, tidy. One run needs a state many times over: what has been formatted is not formatted again."""
    with tempfile.TemporaryDirectory(prefix="track-project-") as name:
        room = write_tree({path: (content, False) for path, content in files}, Path(name) / "state")
        _ruff(state, room, "check", "--select", "F401,I", "--fix", "--config", first_party)
        _ruff(state, room, "format")
        return tuple((path, _below_docstring((room / path).read_bytes())) for path, _ in files)


def _below_docstring(content: bytes) -> bytes:
    """The module with one blank line between its docstring and a comment, as black has it: ruff leaves two."""
    first = next(iter(ast.parse(content).body), None)
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.end_lineno):
        return content
    lines = content.splitlines(keepends=True)
    above, below = lines[: first.end_lineno], lines[first.end_lineno :]
    blank = next((n for n, line in enumerate(below) if line.strip()), 0)
    if blank > 1 and below[blank].startswith(b"#"):
        del below[1:blank]
    return b"".join(above + below)


def _first_party(tree: Tree) -> str:
    """The setting that tells ruff which packages are the project's own: those at the root, in src and in src/apps."""
    names = set()
    for path in tree:
        for root in ("src/apps/", "src/", ""):
            if path.startswith(root):
                head, slash, _ = path.removeprefix(root).partition("/")
                names |= {head if slash else head.removesuffix(".py")}
                break
    return f"lint.isort.known-first-party={json.dumps(sorted(n for n in names if n.isidentifier()))}"


def _ruff(state: State, room: Path, command: str, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", command, *_RUFF, *words, "."],
        cwd=room,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CourseError(
            f"{state} does not parse: {(done.stderr or done.stdout).strip()[:400]}",
            "Look at the markers of that file: a body or a stub is left without something that it needs.",
        )


def _without_markers(tree: Tree, course: Course, state: State) -> Tree:
    for path, (content, _) in tree.items():
        if found := LEAK.search(content):
            line = content.count(b"\n", 0, found.start()) + 1
            raise CourseError(
                f"{course.reference / path}: a marker is left in {state}, line {line} of it: {found[0].decode()}",
                "Write the marker exactly. A file of a kind that has no comments cannot carry any.",
            )
    return tree
