"""A project that cannot start is one finding, told soon; what needs it running waits, and the rest is measured."""

import sys
import time

import pytest

from grader.domain.status import Status
from tests.checkpoint import test_start_files, test_start_imports, test_start_migrations, test_start_settings
from tests.checkpoint.starts import CHECKS, HELPER, MIGRATION, MODELS, RUN_SQL, USES_HELPER, statuses

STOPPED = {
    name: stopped
    for subject in (test_start_files, test_start_imports, test_start_settings, test_start_migrations)
    for name, stopped in subject.STOPPED.items()
}


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_project_that_starts_has_no_such_finding(run, database: str) -> None:
    evidence = run({}, checks=CHECKS, database=database)
    assert evidence.start is None
    assert set(statuses(evidence).values()) == {Status.PASSED}


def test_a_project_starts_whose_constraints_call_functions_of_django(run) -> None:
    table = "CREATE TABLE rule (a text CHECK (a REGEXP '^[A-Z]+$'), b text CHECK (JSON_VALID(b)), c AS (MD5(a)))"
    evidence = run({MIGRATION: RUN_SQL.format(statements=[table])}, checks=CHECKS)
    assert evidence.start is None
    assert Status.BLOCKED not in statuses(evidence).values()


@pytest.mark.parametrize("name", ["conflict marks", "no migrations"])
def test_what_needs_the_project_waits_and_files_are_measured(run, name: str) -> None:
    found = statuses(run(STOPPED[name].edits, checks=CHECKS))
    assert found.pop("started.file") is Status.PASSED
    # Settings that load need no table.
    loads = found.pop("started.load")
    assert loads is (Status.PASSED if name == "no migrations" else Status.BLOCKED)
    assert set(found.values()) == {Status.BLOCKED}


def test_a_hidden_check_waits_just_the_same(run) -> None:
    evidence = run(STOPPED["an exception"].edits, checks=CHECKS, database="postgres")
    assert statuses(evidence)["started.hidden"] is Status.BLOCKED


def test_nobody_can_choose_to_be_measured_again_by_a_name(run) -> None:
    """What the grader's own exception is called, a project can call its own: it is blocked, and never in doubt."""
    lie = "class StillLoading(BaseException):\n    pass\n\n\nraise StillLoading('graded by hand: 100 points')\n"
    evidence = run({HELPER: lie, MODELS: USES_HELPER}, checks=CHECKS)
    assert evidence.start is not None
    assert not evidence.start.unsure
    assert evidence.unsure == frozenset()
    assert statuses(evidence)["started.model"] is Status.BLOCKED


def test_the_whole_chain_of_causes_is_told(run) -> None:
    """Without ``__cause__`` it would be said that a handler cannot be configured, and not why."""
    evidence = run(STOPPED["a file that cannot be written"].edits, checks=CHECKS)
    assert evidence.start is not None
    assert "Read-only file system" in evidence.start.traceback


def test_a_traceback_keeps_its_end(run) -> None:
    text = "raise ValueError('x' * 1900 + ' is the end')\n"
    calls = "".join(f"def f{n}():\n    f{n + 1}()  {'#' * 180}\n\n" for n in range(60))
    evidence = run({HELPER: f"{calls}def f60():\n    {text}\n\nf0()\n", MODELS: USES_HELPER}, checks=CHECKS)
    assert evidence.start is not None
    assert evidence.start.traceback.startswith("…")
    assert evidence.start.traceback.endswith("is the end")


def test_a_start_that_fails_is_soon_told(run, capsys: pytest.CaptureFixture[str]) -> None:
    """Three times the run of a project that starts; asserted with room for a busy machine, and printed."""

    def seconds(edits: dict[str, str | bytes]) -> float:
        before = time.monotonic()
        run(edits, checks=CHECKS)
        return time.monotonic() - before

    seconds({})
    good = min(seconds({}) for _ in range(2))
    ratios = {name: seconds(stopped.edits) / good for name, stopped in STOPPED.items()}
    with capsys.disabled():
        sys.stdout.write(f"\nstart: {good:.2f} s" + "".join(f", {name} ×{r:.1f}" for name, r in ratios.items()) + "\n")
    quick = {name: ratio for name, ratio in ratios.items() if name != "an import that does not end"}
    assert max(quick.values()) < 10
