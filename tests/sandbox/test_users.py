"""Each sandbox that runs at the same time has a user of its own."""

import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from grader.domain.errors import SandboxError
from grader.sandbox import users
from grader.sandbox.api import Launch
from grader.sandbox.bubblewrap import Bubblewrap

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other sandbox runs on this machine."""
    monkeypatch.setattr(users, "_owners", lambda: iter([0, 1000]))


@pytest.mark.usefixtures("alone")
def test_nobody_else_has_them_until_they_are_given_back(tmp_path: Path) -> None:
    first, second = users.take(tmp_path), users.take(tmp_path)
    taken = {user.uid(role) for user in (first, second) for role in users.ROLES}
    assert len(taken) == 2 * len(users.ROLES)
    assert all(users.FIRST <= uid <= users.LAST for uid in taken)
    first.release()
    first.release()
    third = users.take(tmp_path)
    assert third.uid("submission") == users.FIRST
    for held in (second, third):
        held.release()


@pytest.mark.usefixtures("alone")
def test_those_of_a_grader_that_was_killed_are_free(tmp_path: Path) -> None:
    code = f"""
import pathlib, time
from grader.sandbox import users
users._owners = lambda: iter(())  # for it, too, nothing else runs here
users.take(pathlib.Path({str(tmp_path)!r}))
print("taken", flush=True)
time.sleep(60)
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "taken\n"
        other = users.take(tmp_path)
        assert other.uid("submission") != users.FIRST
        holder.kill()
        holder.wait()
    freed = users.take(tmp_path)
    assert freed.uid("submission") == users.FIRST
    for held in (other, freed):
        held.release()


def test_a_user_of_whom_a_process_is_left_is_not_given_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "_owners", lambda: iter([0, users.FIRST + 1, 1000]))
    held = users.take(tmp_path)
    assert held.uid("submission") == users.FIRST + users._EACH
    held.release()


def test_who_is_left_is_looked_for_when_nobody_else_can_start_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look before the lock would miss what its last holder left behind in between."""
    locked = users._locked
    left: list[int] = []

    def late(path: Path) -> int | None:
        if path.name == "0":
            left.append(users.FIRST)
        return locked(path)

    monkeypatch.setattr(users, "_locked", late)
    monkeypatch.setattr(users, "_owners", lambda: iter(tuple(left)))
    held = users.take(tmp_path)
    assert held.uid("submission") == users.FIRST + users._EACH
    held.release()


@pytest.mark.usefixtures("alone")
def test_when_all_are_taken_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "_BLOCKS", 1)
    held = users.take(tmp_path)
    with pytest.raises(SandboxError) as refused:
        users.take(tmp_path)
    assert "Wait" in refused.value.hint
    held.release()


def test_two_sandboxes_and_their_services_have_users_of_their_own() -> None:
    """As the kernel tells of the processes themselves; who is not root has but one user to give."""
    with closing(Bubblewrap()) as one, closing(Bubblewrap()) as other:
        sandboxes = [one, other, one.for_service("postgres"), other.for_service("redis")]
        running = [
            s.start(Launch(("-c", "import time; time.sleep(60)")), submission=None, deps=None) for s in sandboxes
        ]
        try:
            seen = [_user_of(process._popen.pid) for process in running]
        finally:
            for process in running:
                process.kill()
    if AS_ROOT:
        assert seen == [sandbox.uid for sandbox in sandboxes]
        assert len(set(seen)) == 4
    else:
        assert set(seen) == {os.geteuid()}


def _user_of(pid: int) -> int:
    """The user of the last descendant: root gives its rights up on the way."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    deadline = 200
    while deadline:
        below = children.read_text().split()
        status = Path(f"/proc/{pid}/status").read_text()
        uid = int(next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1])
        if not below and (uid or not AS_ROOT):
            return uid
        if below:
            pid = int(below[0])
            children = Path(f"/proc/{pid}/task/{pid}/children")
        else:
            deadline -= 1
            time.sleep(0.01)
    raise AssertionError("the sandbox did not start")
