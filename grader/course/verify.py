"""The course proves itself: everything that it promises, checked, with a remedy for whatever does not hold."""

import ast
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course.build import built_modules, check_starters
from grader.course.ledger import Entry, entries, read_ledger
from grader.course.manifest import Course
from grader.course.projection import project_to
from grader.course.prove import is_current, judge, regrade, sample
from grader.domain.course import Module, State
from grader.domain.progress import Progress
from grader.environment import prepare
from grader.sandbox.api import Launch, Sandbox
from grader.sandbox.select import open_sandbox

_COMMANDS = (("check",), ("makemigrations", "--check", "--dry-run"))
_COMMAND_S = 60.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: where, what, and what to do."""

    where: str
    problem: str
    remedy: str


def verify(
    course: Course,
    *,
    state_dir: Path,
    sample: int,
    only: int | None,
    progress: Callable[[Progress], None],
    seed: int = 0,
) -> tuple[Finding, ...]:
    """All findings; none means that the course is right."""
    modules = [m for m in built_modules(course) if only in (None, m.number)]
    findings = list(_starters(course))
    for module in modules:
        findings += _ids(course, module)
    for state in [State(m.number, solved) for m in modules for solved in (False, True)]:
        progress(Progress(f"Checking {state}"))
        findings += _state(course, state, state_dir)
    progress(Progress("Grading what changed, and a sample of the rest"))
    return (*findings, *_proved(course, state_dir, sample, only, seed))


def _starters(course: Course) -> Iterator[Finding]:
    for drift in check_starters(course):
        yield Finding(drift.path, f"{drift.kind}: not what the reference projects to", "Run: grader course build")


def _ids(course: Course, module: Module) -> Iterator[Finding]:
    """Ids in the manifest, in the checks and in the brief are the same."""
    folder = course.folder(module)
    known, used = {c.id for c in module.criteria}, criteria_in_checks(folder / "checks")
    brief = (folder / "README.md").read_text("utf-8") if (folder / "README.md").is_file() else ""
    for unknown in sorted(used - known):
        yield Finding(
            f"{module.slug}/checks", f"{unknown} is in no manifest", "Add it to module.toml, or mend the check."
        )
    for unused in sorted(known - used):
        yield Finding(f"{module.slug}/module.toml", f"no check carries {unused}", "Write a check for it.")
    for silent in sorted(i for i in known if i not in brief):
        yield Finding(f"{module.slug}/README.md", f"the brief does not list {silent}", "Run: make reference")


def criteria_in_checks(folder: Path) -> set[str]:
    """Every criterion id that a ``check`` or ``matrix`` in these files is tied to."""
    ids = set()
    for path in folder.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("check", "matrix") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    ids.add(first.value)
    return ids


def _state(course: Course, state: State, state_dir: Path) -> Iterator[Finding]:
    """The state parses and lints, Django's own checks pass, and no migration is missing."""
    with tempfile.TemporaryDirectory(prefix="track-verify-") as name:
        room = Path(name)
        room.chmod(0o711)
        tree = project_to(course, state, room / "tree")
        linted = subprocess.run(
            [sys.executable, "-m", "ruff", "check", "--no-cache", "--quiet", "."],
            cwd=tree, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if linted.returncode:
            yield Finding(str(state), f"does not lint: {linted.stdout.strip()[:300]}", "Mend it in capstone/reference.")
        site = prepare(
            tree, course_lock=course.environment_lock, cache=state_dir / "environments", progress=lambda text: None
        ).site
        sandbox = open_sandbox("auto", state_dir=state_dir)
        try:
            for words in _COMMANDS:
                said = _manage(sandbox, tree, site, words)
                if said:
                    yield Finding(str(state), f"manage.py {' '.join(words)}: {said}", "Mend it in capstone/reference.")
        finally:
            sandbox.close()


def _manage(sandbox: Sandbox, tree: Path, site: Path, words: tuple[str, ...]) -> str:
    """What ``manage.py`` complained of; "" if it succeeded."""
    env = {"DJANGO_SETTINGS_MODULE": "config.settings.testing"}
    process = sandbox.start(Launch(("manage.py", *words), env=env), submission=tree, deps=site)
    try:
        code = process.wait(_COMMAND_S)
    except TimeoutError:
        code = -1
    finally:
        process.kill()
    return process.output().decode("utf-8", "replace").strip()[-300:] or "it failed" if code else ""


def _proved(course: Course, state_dir: Path, count: int, only: int | None, seed: int) -> Iterator[Finding]:
    """The ledger holds; what changed since is graded now, with a sample of the rest."""
    wanted, outcomes = list(entries(course, only=only)), dict(read_ledger(course))
    due = [e for e in wanted if not is_current(e, outcomes.get(e.name))]
    drawn: list[Entry] = due + sample([e for e in wanted if e not in due], count, seed)
    outcomes.update(regrade(course, drawn, state_dir=state_dir))
    for wrong in judge(wanted, outcomes):
        yield Finding(
            wrong.name, wrong.problem, "Mend the check, the mutant or the reference, then: grader course prove"
        )
