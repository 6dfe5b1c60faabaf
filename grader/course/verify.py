"""The course proves itself: everything that it promises, checked, with a remedy for whatever does not hold."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course.build import built_modules, check_starters
from grader.course.git import untracked
from grader.course.grammar import CAPSTONE_CHECKPOINT
from grader.course.ledger import entries, read_ledger
from grader.course.lint import lint
from grader.course.load import unsteady
from grader.course.manifest import Course
from grader.course.projection import project_to
from grader.course.prove import by_older_grader, draw, is_current, judge, regrade, superfluous, unproved
from grader.course.seeds import unrepeated
from grader.domain.course import State
from grader.domain.errors import CourseError
from grader.domain.progress import Progress
from grader.environment import prepare
from grader.sandbox.api import Launch, Sandbox
from grader.sandbox.select import open_sandbox

_COMMANDS = (("check",), ("makemigrations", "--check", "--dry-run"))
_COMMAND_S = 60.0
_PROVE = "grader course prove"
_REPEAT = "The grader changed (grader course prove --anew), or a check depends on luck: grade it again and see."


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
    strict: bool = False,
) -> tuple[Finding, ...]:
    """All findings; none means that the course is right. ``seed`` draws the ``sample`` entries that are repeated.

    With ``strict``, as before a release, what was graded by an older grader is a finding as well.

    Raises:
        SandboxError, EnvironmentError_: this machine cannot grade.
    """
    modules = [m for m in built_modules(course) if only in (None, m.number)]
    findings = [Finding(p.where, p.problem.rstrip("."), p.remedy or "Mend it.") for p in lint(course)]
    findings += _mended(_starters(course), "starters")
    numbers = [m.number for m in modules] + [CAPSTONE_CHECKPOINT] * (only is None)
    for state in [State(number, solved) for number in numbers for solved in (False, True)]:
        progress(Progress(f"Checking {state}"))
        findings += _mended(check_state(course, state, state_dir), str(state))
    progress(Progress("Grading what changed, and a sample of the rest"))
    findings += _mended(_proved(course, state_dir, sample, only, seed, strict), "proof")
    return (*findings, *_mended(_steady(course, only), "proof"))


def _mended(found: Iterator[Finding], where: str) -> Iterator[Finding]:
    """The findings; what is so wrong that it cannot be looked at is one more, and hides no other part."""
    try:
        yield from found
    except CourseError as wrong:
        yield Finding(where, wrong.message, wrong.hint)


def _starters(course: Course) -> Iterator[Finding]:
    """Generated is committed, and nothing lies beside it that git does not know."""
    for drift in check_starters(course):
        yield Finding(drift.path, f"{drift.kind}: not what the reference projects to", "Run: grader course build")
    for folder in (course.reference, *(course.folder(m) / "starter" for m in built_modules(course))):
        for path in untracked(folder):
            yield Finding(
                str((folder / path).relative_to(course.root)), "git does not know it", "Add it, or delete it."
            )


def check_state(course: Course, state: State, state_dir: Path) -> Iterator[Finding]:
    """What is wrong with a state: it parses and lints, Django's own checks pass, no migration is missing.

    Raises:
        CourseError: it cannot be projected: a marker is wrong, a stub has no TODO, or a marker is left over.
    """
    with tempfile.TemporaryDirectory(prefix="track-verify-") as name:
        room = Path(name)
        room.chmod(0o711)
        tree = project_to(course, state, room / "tree")
        if complaint := _linted(tree):
            yield Finding(str(state), complaint, "Mend it in capstone/reference.")
        environment = prepare(
            tree, course_lock=course.environment_lock, cache=state_dir / "environments", progress=lambda text: None
        )
        sandbox = open_sandbox("auto", state_dir=state_dir)
        try:
            for words in _COMMANDS:
                if output := _manage(sandbox, tree, environment.site, words):
                    yield Finding(
                        str(state), f"manage.py {' '.join(words)}: {output}", "Mend it in capstone/reference."
                    )
        finally:
            sandbox.close()


def _linted(tree: Path) -> str:
    """What ruff says by the rules of the project itself; "" if nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--quiet", "."],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"ruff check: {(done.stdout or done.stderr).strip()[:400]}" if done.returncode else ""


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


def _proved(
    course: Course, state_dir: Path, count: int, only: int | None, seed: int, strict: bool
) -> Iterator[Finding]:
    """The ledger holds; what changed since is graded now, with a sample of the rest."""
    for missing in unproved(course, only):
        yield Finding(missing.name, missing.problem, "Write one: a check that cannot fail proves nothing.")
    wanted, recorded = list(entries(course, only=only)), read_ledger(course)
    for gone in superfluous(course, wanted, recorded, only):
        yield Finding(gone, "it is in the ledger, and no longer in the course", _PROVE)
    due = [e for e in wanted if not is_current(e, recorded.get(e.name))]
    if due:
        yield Finding("modules/ledger.json", f"{len(due)} of {len(wanted)} entries are out of date", _PROVE)
    older = by_older_grader(wanted, recorded)
    if strict and older:
        message = f"{len(older)} of {len(wanted)} entries were graded by an older grader"
        yield Finding("modules/ledger.json", message, _PROVE + " --older-grader")
    drawn = draw(older or [e for e in wanted if e not in due], count, seed)
    now = regrade(course, due + drawn, state_dir=state_dir)
    for entry in drawn:
        if now[entry.name] != recorded[entry.name]:
            yield Finding(entry.name, "graded now, it comes out otherwise than the ledger says", _REPEAT)
    for wrong in judge(wanted, {**recorded, **now}):
        yield Finding(wrong.name, wrong.problem, "Mend the check, the mutant or the reference; then: " + _PROVE)


def _steady(course: Course, only: int | None) -> Iterator[Finding]:
    """Verdicts rest neither on the load of the machine nor on the seed."""
    for name, problem in unsteady(course) if only in (None, 2) else ():
        yield Finding(f"modules/load.json: {name}", problem, _PROVE + " --under-load")
    for name, problem in unrepeated(course, only=only):
        yield Finding(f"modules/seeds.json: {name}", problem, _PROVE + " --seeds 5")
