"""The room of a run."""

import stat

import pytest

from grader.workspace import workspace


def test_a_workspace_is_gone_afterwards_however_it_ends() -> None:
    with pytest.raises(KeyboardInterrupt), workspace() as room:  # noqa: PT012
        (room.path / "deep" / "er").mkdir(parents=True)
        path = room.path
        raise KeyboardInterrupt
    assert not path.exists()


def test_others_may_pass_through_but_not_look_around() -> None:
    with workspace() as room:
        assert stat.S_IMODE(room.path.stat().st_mode) == 0o711
