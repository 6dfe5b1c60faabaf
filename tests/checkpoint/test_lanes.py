"""Checks shared among processes: each is taken once, from both ends, and nothing else about a run changes."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.checkpoint.run import lanes


def items(count: int, lane: int, kinds: dict[int, str] | None = None):
    made = [SimpleNamespace(name=f"t{n}", stash={}) for n in range(count)]
    for number, kind in (kinds or {}).items():
        made[number].callspec = SimpleNamespace(params={"migrations": kind})
    lanes.order(made, lane)
    return made


def test_lanes_meet_in_the_middle(tmp_path: Path):
    front, back = lanes.claimed(items(5, 0), tmp_path), lanes.claimed(items(5, 1), tmp_path)
    taken = [next(front).name, next(back).name, next(back).name, next(front).name, next(back).name]
    assert taken == ["t0", "t4", "t3", "t1", "t2"]
    assert list(front) == list(back) == []


def test_a_lane_alone_runs_all_in_order(tmp_path: Path):
    assert [item.name for item in lanes.claimed(items(4, 0), tmp_path)] == ["t0", "t1", "t2", "t3"]


KINDS = {1: "sqlite", 2: "postgres", 4: "sqlite", 5: "postgres"}


def test_migrations_of_one_kind_stay_together_and_come_first(tmp_path: Path):
    front, back = lanes.claimed(items(7, 0, KINDS), tmp_path), lanes.claimed(items(7, 1, KINDS), tmp_path)
    assert [next(front).name, next(back).name] == ["t2", "t4"]
    assert [item.name for item in back] == ["t1", "t6", "t3", "t0"]
    assert [item.name for item in front] == ["t5"]


def test_a_lane_alone_runs_migrations_too(tmp_path: Path):
    names = [item.name for item in lanes.claimed(items(7, 0, KINDS), tmp_path)]
    assert names == ["t2", "t5", "t0", "t3", "t6", "t1", "t4"]


@pytest.mark.slow
def test_two_lanes_observe_what_one_does(run):
    alone, shared = (run(database="postgres", mode="fork", lanes=count) for count in (1, 2))
    told = [[(o.check, o.status, o.expected, o.observed, o.where) for o in e.observations] for e in (alone, shared)]
    assert told[0] == told[1]
    assert {o.status.value for o in shared.observations} == {"passed", "failed", "errored"}
    assert [a.id for a in alone.artefacts] == [a.id for a in shared.artefacts]
