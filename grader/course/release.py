"""What learners clone: a starter and those before it, briefs, hints, public checks; nothing hidden, later or solved."""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

from grader.course.automation import automation
from grader.course.build import built_modules
from grader.course.git import environment, git, own_files
from grader.course.manifest import Course
from grader.course.projection import project_to, project_tree
from grader.course.wheel import own_wheel
from grader.domain.course import Module, State
from grader.domain.errors import CourseError, UsageError_
from grader.reader.locks import content_hashes

_SHARED = ("README.md", "hints.md", "module.toml")
_TEMPLATE = "rubric/pull_request_template.md"
# Of the course, in every release. Learners review each other, with the same form as staff.
_OPEN = ("LICENSE", "rubric/gates.toml", "rubric/peer-review.toml", _TEMPLATE)
_GITHUB = ".github/pull_request_template.md"  # where GitHub looks for what a pull request begins with
_IGNORED = ".venv/\n__pycache__/\n*.py[cod]\n.env\n*.sqlite3\nout/\n"
# One commit, by nobody in particular at no particular time: two releases of one course are the same, bit for bit.
_COMMIT = {
    "GIT_AUTHOR_NAME": "Django Track",
    "GIT_AUTHOR_EMAIL": "course@example.invalid",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "Django Track",
    "GIT_COMMITTER_EMAIL": "course@example.invalid",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


# Where Python is too old, pip only says that it ignores the first line, and succeeds; without the marker it tries every
# version of everything before it says why. The second line has it fail at once, with the reason in the message.
_REQUIREMENTS = """\
./{wheel}[course] ; python_version >= "3.12"
python-is-too-old @ file:///this-course-needs-python-3.12-or-newer.whl ; python_version < "3.12"
"""


def release(course: Course, out: Path, *, module: int) -> Path:
    """Write the release of a module to ``out``, which must not exist or be empty; a git repository of one commit.

    Raises:
        UsageError_: the folder holds something, the module has no starter yet, this course is a release itself, or
            the grader's wheel cannot be built.
        CourseError: the application does not project, or the course's own environment cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError_(f"{out} is not an empty folder", "Name one that does not exist yet; nothing is overwritten.")
    if not course.reference.is_dir():
        raise UsageError_(f"{course.root} is itself a release", "Release from the staff repository.")
    released = tuple(m for m in built_modules(course) if m.number <= module)
    if module not in {m.number for m in released}:
        raise UsageError_(f"module {module:02d} has no starter yet", "Release one that has a module.toml.")
    name, wheel = own_wheel()
    out.mkdir(parents=True, exist_ok=True)
    for each in released:
        _module(course, each, out / "modules" / each.slug)
    _environment(course, module, out / "environment")
    for path in _OPEN:
        if (course.root / path).is_file():
            (out / path).parent.mkdir(exist_ok=True)
            shutil.copyfile(course.root / path, out / path)
    if (out / _TEMPLATE).is_file():
        (out / _GITHUB).parent.mkdir(exist_ok=True)
        shutil.copyfile(out / _TEMPLATE, out / _GITHUB)
    for path, text in automation(course, released[-1]).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text, "utf-8")
    _root(course, released, out)
    # Beside the file that names it, and not by a name on an index, where somebody else may have taken that name.
    (out / name).write_bytes(wheel)
    (out / "requirements.txt").write_text(_REQUIREMENTS.format(wheel=name), "utf-8")
    _commit(out, f"Module {module:02d}")
    return out


def _module(course: Course, module: Module, out: Path) -> None:
    """A starter is projected anew, not copied: what was left lying in the committed one stays behind."""
    folder = course.folder(module)
    project_to(course, State(module.number, False), out / "starter")
    for name in _SHARED:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, out / name)
    for path in _public(folder):
        target = out / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _public(folder: Path) -> Iterator[Path]:
    """The checks of a module that learners get, and what these share."""
    checks = folder / "checks"
    for path in own_files(checks):
        if path.startswith("public/") or "/" not in path:
            yield checks / path


def _environment(course: Course, module: int, out: Path) -> None:
    """The course's lock, so that a project whose own is broken can still be checked.

    It declares itself another project's, by a bound on Python that means the same: as an answer to a stale lock it
    is as stale as any other. What its pyproject.toml says beside, it says as the starter does.
    """
    out.mkdir(parents=True)
    project = _project(course, module)
    lock = (course.environment_lock / "poetry.lock").read_text("utf-8")
    other, changed = re.subn(r'^requires-python = "(.*)"$', r'requires-python = "\1,!=3.12.0a1"', project, flags=re.M)
    if changed != 1:
        raise CourseError("the course's pyproject.toml has no requires-python", "Add it below [project].")
    fits = sorted(content_hashes(tomllib.loads(other)))[0]
    (out / "pyproject.toml").write_text(other, "utf-8")
    (out / "poetry.lock").write_text(
        re.sub(r'^content-hash = ".*"$', f'content-hash = "{fits}"', lock, flags=re.M), "utf-8"
    )


def _project(course: Course, module: int) -> str:
    if course.environment_lock == course.reference:
        return project_tree(course, State(module, False))["pyproject.toml"][0].decode("utf-8")
    return (course.environment_lock / "pyproject.toml").read_text("utf-8")


def _root(course: Course, released: tuple[Module, ...], out: Path) -> None:
    latest = released[-1]
    slugs = json.dumps([m.slug for m in released])
    advisories = _packed_advisories(course, out)
    (out / "course.toml").write_text(
        f'name = {json.dumps(course.name)}\nenvironment_lock = "environment"\nmodules = {slugs}\n{advisories}', "utf-8"
    )
    (out / ".gitignore").write_text(_IGNORED, "utf-8")
    (out / "README.md").write_text(_readme(course, latest), "utf-8")


def _packed_advisories(course: Course, out: Path) -> str:
    """Copies the snapshot of advisories; the table of course.toml that names it, or nothing where there is none."""
    given = course.advisories
    if given is None:
        return ""
    packed = f"rubric/{given.path.name}"
    (out / "rubric").mkdir(exist_ok=True)
    shutil.copyfile(given.path, out / packed)
    return (
        f'\n[advisories]\nfile = {json.dumps(packed)}\ndate = "{given.date}"\n'
        f'sha256 = "{given.sha256}"\nmade_up = {str(given.made_up).lower()}\n'
        + (f"live = {json.dumps(given.live)}\n" if given.live else "")
    )


def _readme(course: Course, latest: Module) -> str:
    folder = f"modules/{latest.slug}"
    return f"""# {course.name}: module {latest.number:02d}, {latest.title}

You need git, Python 3.12 or newer and [Poetry](https://python-poetry.org/docs/#installation). In this folder, once:

```console
$ python3 --version                    # 3.12 or newer? If not, say python3.12 or python3.13 in the next line
$ python3 -m venv .venv
$ .venv/bin/pip install -r requirements.txt
$ alias grader="$PWD/.venv/bin/grader"
$ grader doctor
```

`doctor` says what this machine lacks and how to get it. On macOS and Windows there is no sandbox: your project runs as
a plain process, and every report says *unofficial*. The alias ends with the shell; set it again in a new one.
Do not activate `.venv`: it is the grader's. Your project gets an environment of its own from Poetry.

1. Read the brief: [{folder}/README.md]({folder}/README.md). Stuck? [hints.md]({folder}/hints.md) has one hint a task.
2. Work in `{folder}/starter`.
3. Check your work as often as you like, or have it checked on each save:

```console
$ grader check {folder}/starter
$ grader watch {folder}/starter
```
"""


def _commit(out: Path, message: str) -> None:
    env = environment() | _COMMIT
    git(out, "init", "--quiet", "--initial-branch=main", "--object-format=sha1", "--template=", env=env)
    git(out, "add", "--all", "--force", env=env)
    git(out, "-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "-m", message, env=env)


def released_text(course: Course, module: int) -> Iterator[str]:
    """Every text that a release of this module may hold, taken from its sources."""
    for path in (course.root / name for name in _OPEN):
        if path.is_file():
            yield path.read_text("utf-8")
    for each in built_modules(course):
        if each.number <= module:
            yield from automation(course, each).values()
            folder = course.folder(each)
            for path in (*(folder / name for name in _SHARED), *_public(folder)):
                if path.is_file():
                    yield path.read_text("utf-8", "replace")
