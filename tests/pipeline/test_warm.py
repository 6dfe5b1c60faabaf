"""What is prepared for the next round: for which round it will do, and that nothing of it stays."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.checkpoint.run import processes
from grader.checkpoint.run.asked import CheckRun
from grader.checkpoint.run.opened import OpenedRun
from grader.checkpoint.spec import Order
from grader.domain.course import Module
from grader.domain.layout import COURSE
from grader.pipeline import warm
from grader.pipeline.warm import Warm


@dataclass(frozen=True)
class Site:
    """Packages that nobody looks at."""

    key: str = "packages"
    site: Path = Path("/site")
    origin: str = "submission"
    problems: tuple[str, ...] = ()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckRun:
    """A run of the checks in a folder; all temporary folders are made below another."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "checks/public").mkdir(parents=True)
    (tmp_path / "checks/public/test_a.py").write_text("A = 1\n")
    return CheckRun(
        module=Module(2, "02-tiny", "Tiny", 80, ()),
        checks=(tmp_path / "checks/public",),
        submission=tmp_path / "submission",
        environment=Site(),
        sandbox="auto",
        database="sqlite",
        mode="savepoint",
        seed=1,
        public_only=True,
        criteria=None,
        state_dir=tmp_path,
    )


@pytest.fixture
def heated(run: CheckRun, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warm]:
    """One that has prepared the next round, but for the processes."""
    monkeypatch.setattr(OpenedRun, "start_ahead", OpenedRun._make)
    monkeypatch.setattr(OpenedRun, "waits", property(lambda self: True))
    found = Warm(_last=(run, run.environment))  # type: ignore[arg-type]
    found.heat()
    yield found
    found.cool()


def left(run: CheckRun) -> list[Path]:
    return list((run.state_dir / "temporary").iterdir())


def test_a_room_waits_with_an_empty_folder_and_is_gone_after_its_round(heated: Warm, run: CheckRun) -> None:
    with heated.room() as room:
        submission = room.path / "submission"
        assert (list(submission.iterdir()), submission.stat().st_mode & 0o777) == ([], 0o755)
    assert left(run) == []
    with heated.room() as another:
        assert not (another.path / "submission").exists(), "nothing was prepared: it is the room of any run"


def test_what_is_prepared_is_kept_until_it_has_waited_for_long(
    heated: Warm, monkeypatch: pytest.MonkeyPatch, run: CheckRun
) -> None:
    first = heated._prepared
    heated.heat()
    assert heated._prepared is first
    now = time.monotonic()
    monkeypatch.setattr(warm.time, "monotonic", lambda: now + 601)
    heated.heat()
    assert heated._prepared is not first
    assert len(left(run)) == 2, "a room and a folder of the run"


def test_without_room_for_it_nothing_is_prepared_and_nothing_left(
    run: CheckRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: OpenedRun) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(OpenedRun, "start_ahead", full)
    found = Warm(_last=(run, run.environment))  # type: ignore[arg-type]
    found.heat()
    assert (found._prepared, left(run)) == (None, [])


@pytest.mark.parametrize("moment", [(OpenedRun, "__init__"), (OpenedRun, "_make"), (processes, "start")])
def test_an_interruption_while_it_is_prepared_leaves_nothing(
    moment: tuple[object, str], run: CheckRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Ctrl-C comes right after something was made, before anybody else knows of it."""
    owner, name = moment
    real = getattr(owner, name)

    def interrupted(*words: object, **named: object) -> None:
        if name != "start":
            real(*words, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, interrupted)
    found = Warm(_last=(run, run.environment))  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        found.heat()
    found.cool()
    assert left(run) == []


ROUNDS = {
    "the same again": ({}, True),
    "other inputs": ({"seed": 2}, True),
    "another order": ({"order": Order(("a.first",))}, True),
    "something left out": ({"left_out": {"a": "b"}}, True),
    "other packages": ({"environment": Site("others")}, False),
    "packages elsewhere": ({"environment": Site(site=Path("/elsewhere"))}, False),
    "another layout": ({"layout": replace(COURSE, manage="src/manage.py")}, False),
    "cases repeated alone": ({"cases": (("a", True),)}, False),
}


@pytest.mark.parametrize("name", ROUNDS)
def test_what_waits_will_do_for_what_it_can_be_told(name: str, heated: Warm) -> None:
    assert heated._prepared is not None
    changes, fits = ROUNDS[name]
    assert heated._prepared.fits(replace(heated._prepared.opened.run, **changes)) is fits


def test_other_checks_are_collected_anew(heated: Warm, run: CheckRun) -> None:
    assert heated._prepared is not None
    (run.checks[0] / "test_a.py").write_text("A = 2\n")
    assert not heated._prepared.fits(heated._prepared.opened.run)


def test_what_has_waited_too_long_is_not_used(heated: Warm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox has a limit on its life."""
    assert heated._prepared is not None
    now = time.monotonic()
    monkeypatch.setattr(warm.time, "monotonic", lambda: now + 1201)
    assert not heated._prepared.fits(heated._prepared.opened.run)
