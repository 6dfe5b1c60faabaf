"""What makes the records of the processes of a run one result, or none."""

import json

import msgspec
import pytest

from grader.checkpoint.kit.artefacts import Artefacts
from grader.checkpoint.run.record import KEY, PLACE, Part, evidence, joined, part, written
from grader.domain.evidence import Artefact, Location, Observation
from grader.domain.status import Status


def seen(name: str) -> Observation:
    return Observation(name, "a.b", "It holds.", Status.PASSED)


def report(tmp_path, *places: int, collected: int = 3, total: int | None = None, bare: int = 0):
    tests = [{"metadata": {KEY: written(seen(f"t{n}")), PLACE: n}} for n in places] + [{}] * bare
    total = len(tests) if total is None else total
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
    path.write_text(json.dumps({"tests": tests, "summary": {"collected": collected, "total": total}}))
    return path


def test_two_lanes_make_one_record_in_the_order_of_the_checks(tmp_path):
    parts = [part(report(tmp_path, 2, 0), 0), part(report(tmp_path, 1), 1)]
    found, fault = joined(parts)
    assert ([o.check for o in found], fault) == (["t0", "t1", "t2"], "")


def test_a_lane_that_came_too_late_for_any_check_counts(tmp_path):
    assert joined([part(report(tmp_path, 0, 1, 2), 0), part(report(tmp_path), 0)])[1] == ""


WRONG = {
    "a lost check": ([(0, 2), (0,)], "of 3 checks 2 have a record"),
    "one that ran twice": ([(0, 1), (1, 2)], "of 3 checks 3 have a record"),
}


@pytest.mark.parametrize(("lanes", "said"), WRONG.values(), ids=WRONG)
def test_every_check_has_to_run_exactly_once(tmp_path, lanes, said):
    assert joined([part(report(tmp_path, *places), 0) for places in lanes])[1] == said


BROKEN = {
    "killed": (lambda p: (report(p, 0, 1, 2), -9), "pytest ended with -9"),
    "usage": (lambda p: (report(p, 0, 1, 2), 4), "pytest ended with 4"),
    "a test without an observation": (lambda p: (report(p, 0, 1, bare=1), 0), "of 3 checks 2 have a record"),
    "a test that left nothing": (lambda p: (report(p, 0, 1, 2, total=4), 0), "of 3 checks 3 have a record"),
    "no report": (lambda p: (p / "none.json", 0), "pytest ended with 0 and left no record"),
}


@pytest.mark.parametrize(("left", "said"), BROKEN.values(), ids=BROKEN)
def test_one_broken_lane_is_enough_and_the_run_does_not_count(tmp_path, left, said):
    broken = part(*left(tmp_path))
    assert broken.fault.startswith(said)
    whole = Part({n: seen(f"t{n}") for n in range(3)}, 3, "")
    assert joined([whole, broken])[1].startswith(said)


def test_lanes_that_collected_different_checks_do_not_count(tmp_path):
    assert joined([part(report(tmp_path, 0, 1, collected=2), 0), part(report(tmp_path, collected=3), 0)])[1]


def told(number: int, size: int) -> Observation:
    text = "x" * size
    return Observation(
        f"t{number}", "a.b", "It holds.", Status.FAILED, text, text, Location("a.py", 1), text, text, public=True
    )


def test_a_run_has_only_so_much_to_say() -> None:
    long = evidence([told(n, 6_000) for n in range(1_000)], "", (), []).observations
    assert [o.status for o in long] == [Status.FAILED] * 1_000
    assert sum(len(o.expected + o.observed + o.traceback + o.fault) for o in long) < 2_100_000
    assert "wrote more than a report can hold" in long[-1].observed
    assert long[-1].where is None
    assert long[0] == told(0, 6_000)


def test_what_an_unsolved_module_has_to_say_is_left_as_it_is() -> None:
    ordinary = [told(n, 300) for n in range(400)]
    assert list(evidence(ordinary, "", (), []).observations) == ordinary


class Declares:
    class declared:
        criterion = "a.b"


def test_an_artefact_that_is_too_large_says_so(tmp_path) -> None:
    artefact = Artefacts(Declares, tmp_path)  # type: ignore[arg-type]
    artefact("d", "Small", "diff", "+x")
    artefact("e", "Large", "er-diagram", "x" * 600_000)
    small, large = (msgspec.json.decode(line, type=Artefact) for line in (tmp_path / "artefacts.jsonl").open("rb"))
    assert (small.kind, small.body) == ("diff", "+x")
    assert large.kind == "table"
    assert "600,000 characters, where 500,000 can be" in large.body
