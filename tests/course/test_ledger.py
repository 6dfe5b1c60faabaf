"""The committed ledger of this course: every entry is current and right, and a sample of it is graded anew."""

import hashlib
from pathlib import Path

import pytest

from grader.course import Course
from grader.course.fingerprint import grader_fingerprint
from grader.course.ledger import entries, ledger_path, read_ledger
from grader.course.prove import Wrong, by_older_grader, draw, is_current, judge, regrade, superfluous, unproved
from grader.course.verify import check_state
from grader.domain.course import State

SAMPLE = 2
STATES = [State(number, solved) for number in range(1, 6) for solved in (False, True)]


def test_every_entry_is_current_and_right(real: Course):
    wanted, recorded = list(entries(real)), read_ledger(real)
    assert unproved(real, None) == ()
    assert superfluous(real, wanted, recorded, None) == []
    assert judge(wanted, recorded) == ()


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES, ids=str)
def test_every_state_lints_and_passes_its_own_checks(real: Course, state_dir: Path, state: State):
    assert list(check_state(real, state, state_dir)) == []


@pytest.mark.slow(minutes=1)
def test_what_changed_and_a_sample_come_out_as_recorded(real: Course, state_dir: Path):
    """The sample is drawn by the ledger and the grader: it moves on with each change, and repeats for each commit.

    What an older grader graded comes before what this one did.
    """
    wanted, recorded = list(entries(real)), read_ledger(real)
    current = [e for e in wanted if is_current(e, recorded.get(e.name))]
    due = [e for e in wanted if e not in current]
    content = ledger_path(real).read_bytes() if recorded else b""
    seed = int(hashlib.sha256(content + grader_fingerprint().encode()).hexdigest()[:8], 16)
    drawn = draw(by_older_grader(wanted, recorded) or current, SAMPLE, seed)
    now = regrade(real, due + drawn, state_dir=state_dir)
    assert {e.name: now[e.name] for e in drawn} == {e.name: recorded[e.name] for e in drawn}
    assert [w for w in (Wrong(e.name, e.problem(now[e.name])) for e in due) if w.problem] == []
