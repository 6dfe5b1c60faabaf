"""Checks shared among processes: each is taken once, from both ends, and nothing else about a run changes."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.checkpoint import lanes


def items(count: int, lane: int):
    made = [SimpleNamespace(name=f"t{n}", stash={}) for n in range(count)]
    lanes.number(made, lane)
    return made


def test_lanes_meet_in_the_middle(tmp_path: Path):
    front, back = lanes.taken(items(5, 0), tmp_path), lanes.taken(items(5, 1), tmp_path)
    taken = [next(front).name, next(back).name, next(back).name, next(front).name, next(back).name]
    assert taken == ["t0", "t4", "t3", "t1", "t2"]
    assert list(front) == list(back) == []


def test_a_lane_alone_runs_all_in_order(tmp_path: Path):
    assert [item.name for item in lanes.taken(items(4, 0), tmp_path)] == ["t0", "t1", "t2", "t3"]


@pytest.mark.slow
def test_two_lanes_observe_what_one_does(run):
    alone, shared = (run(database="postgres", mode="fork", lanes=count) for count in (1, 2))
    told = [[(o.check, o.status, o.expected, o.observed, o.where) for o in e.observations] for e in (alone, shared)]
    assert told[0] == told[1]
    assert {o.status.value for o in shared.observations} == {"passed", "failed", "errored"}
    assert [a.id for a in alone.artefacts] == [a.id for a in shared.artefacts]
