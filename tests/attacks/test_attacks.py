"""Every hostile submission: no more points than the honest one has, nothing leaked, nothing touched outside."""

import hashlib
import time
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from grader.domain.errors import SubmissionError
from grader.domain.result import Result
from grader.pipeline import Options, grade
from grader.report import REPORTS, for_learners
from grader.sandbox.api import Launch, Limits
from grader.sandbox.bubblewrap import Bubblewrap
from tests.attacks.conftest import Bait, Listener
from tests.attacks.hostile import Attack, Edit, load_attacks, materialise
from tests.attacks.loot import BROKEN
from tests.attacks.meter import Meter

pytestmark = pytest.mark.slow

ATTACKS = load_attacks()
# Few criteria and quick ones: those that lean most on what the project itself answers.
CRITERIA = ("domain.user-role", "domain.post-fields", "domain.slug-made")
# Of a processor, for the whole grading, its sandboxes and services; by the clock a busy machine may take much longer.
LONGEST_CPU_S, LONGEST_S = 120.0, 900.0
# Reports that are JSON: a tag in one of their strings is nobody's markup.
DATA = {"json", "sarif", "classroom", "exercism", "gradescope", "classroom50", "annotations"}


def _criteria(attack: Attack) -> tuple[str, ...]:
    """The criteria an attack is graded on; a single one where every check runs into its deadline."""
    return attack.criteria or (CRITERIA[-1:] if attack.slow else CRITERIA)


def _grade(tree: Path, bait: Bait, attack: Attack, criteria: tuple[str, ...], state_dir: Path) -> Result:
    options = Options(state_dir=state_dir, database=attack.database, seed=7, criteria=criteria)  # type: ignore[arg-type]
    assignment = bait.assignments[attack.module]
    if attack.hidden_first:
        assert assignment.hidden is not None
        assignment = replace(assignment, public=assignment.hidden, hidden=assignment.public)
    return grade(tree, assignment, options, progress=lambda step: None)


def _outcome(
    tree: Path, bait: Bait, attack: Attack, criteria: tuple[str, ...], state_dir: Path
) -> tuple[SubmissionError | None, Result | None]:
    try:
        return None, _grade(tree, bait, attack, criteria, state_dir)
    except SubmissionError as refusal:
        return refusal, None


def _digest(folders: tuple[Path, ...]) -> str:
    """A hash of every file below these folders."""
    found = hashlib.sha256()
    for path in sorted(p for folder in folders for p in folder.rglob("*") if p.is_file()):
        found.update(str(path).encode() + path.read_bytes())
    return found.hexdigest()


def _running(name: str) -> list[str]:
    """Processes of that name on this machine."""
    names = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            names.append(path.read_text().strip())
        except OSError:
            continue
    return [n for n in names if n == name[:15]]


@pytest.fixture(scope="session")
def honest(bait: Bait, bases: dict[tuple[str, int], Path], state_dir: Path, tmp_path_factory: pytest.TempPathFactory):
    """The score of the submission that an attack starts from, without what it lacks too, on the same criteria."""

    @cache
    def score(base: str, module: int, database: str, criteria: tuple[str, ...], fault: tuple[Edit, ...]) -> int:
        attack = Attack(name="", title="", row="", base=base, module=module, database=database, fault=fault)
        tree = bases[base, module]
        if fault:
            tree = materialise(attack, tree, tmp_path_factory.mktemp("faulty") / "submission", 0)
        return _grade(tree, bait, attack, criteria, state_dir).score

    return score


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_attack_is_held(
    attack: Attack,
    bait: Bait,
    bases: dict[tuple[str, int], Path],
    honest,
    listener: Listener,
    tmp_path: Path,
    state_dir: Path,
) -> None:
    """No points, no leak, no trace."""
    base = bases.get((attack.base, attack.module))
    tree = materialise(attack, base, tmp_path / "submission", listener.port)
    criteria, before, began = _criteria(attack), _digest(bait.guarded), time.monotonic()
    with Meter() as meter:
        refusal, result = _outcome(tree, bait, attack, criteria, state_dir)
    assert attack.outcome in ("any", "refused" if refusal else "graded")
    if refusal is not None:
        assert refusal.hint, "a refusal says what to do next"
        texts = {"message": refusal.message, "hint": refusal.hint}
    else:
        assert result is not None
        limit = honest(attack.base, attack.module, attack.database, criteria, attack.fault) if base else 0
        assert result.score <= limit
        assert not (attack.below_honest and result.met)
        told = {c.id: [(o.check, o.observed) for o in c.observations] for c in result.criteria if c.status != "failed"}
        assert not set(attack.failed) & told.keys(), told
        assert result.graded, [o.fault for c in result.criteria for o in c.observations if o.fault]
        texts = {name: report.render(for_learners(result)) for name, report in REPORTS.items()}
    assert meter.cpu_s() < LONGEST_CPU_S
    assert time.monotonic() - began < LONGEST_S
    _assert_nothing_leaks(texts, attack, bait)
    assert _digest(bait.guarded) == before
    assert listener.reached == []
    assert not attack.survivors or not _running(attack.survivors)
    assert not attack.canary_file or not Path(attack.canary_file).exists()


def _assert_nothing_leaks(texts: dict[str, str], attack: Attack, bait: Bait) -> None:
    for name, text in texts.items():
        for secret in (*bait.canaries, BROKEN):
            assert secret not in text
        for word in attack.forbidden:
            assert word not in (shown(name, text) if word.startswith("<") else text), name


def shown(name: str, text: str) -> str:
    """Where a report may come to a browser, the HTML that it is there: a tag between backticks is none."""
    return "" if name in DATA else MarkdownIt().render(text) if name == "markdown" else text


def test_what_is_found_reaches_the_report(bait: Bait, bases, tmp_path: Path, state_dir: Path) -> None:
    """The control of all that search and tell: what is found, with a database at hand, stands in the report."""
    text = """

import loot as _loot


def _look():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        _loot.show([_loot.BROKEN] if cursor.fetchone() == (1,) else [])


_loot.tell_all(_look)
"""
    parts = {"append": {"src/apps/posts/models.py": text}}
    for database in ("sqlite", "postgres"):
        attack = Attack("control", "", "", base="starter", database=database, loot=True, parts=parts)
        tree = materialise(attack, bases["starter", 2], tmp_path / database, 0)
        result = _grade(tree, bait, attack, CRITERIA[:1], state_dir)
        assert BROKEN in REPORTS["html"].render(for_learners(result))


def test_what_a_sandbox_uses_of_a_processor_is_counted() -> None:
    """Control of the bound: time in a sandbox, also of a process below its first and of one that is killed."""
    busy = "import os, time\nos.fork()\nwhile time.process_time() < 1: pass\nprint('done', flush=True)\ntime.sleep(99)"
    with closing(Bubblewrap()) as sandbox, Meter() as meter:
        process = sandbox.start(Launch(("-c", busy), limits=Limits(wall_s=120)), submission=None, deps=None)
        ends = time.monotonic() + 100
        while process.output().count(b"done") < 2 and time.monotonic() < ends:
            time.sleep(0.05)
        time.sleep(1)
        process.kill()
        assert process.output().count(b"done") == 2
        assert meter.cpu_s() > 2.0


def test_every_row_is_carried() -> None:
    """The collection is as large as it claims, and every case says which documented attack it is."""
    assert len(ATTACKS) >= 40
    assert all(attack.title and attack.row for attack in ATTACKS)


def test_the_bait_can_be_found(bait: Bait) -> None:
    """The loot kit finds a canary where one can be read: a search that finds nothing means something."""
    from tests.attacks import loot

    loot.FOUND.clear()
    loot.show([path.read_bytes() for path in bait.assignments[2].public.glob("*.py")])
    assert bait.canaries[0] in loot.FOUND
    loot.FOUND.clear()
