"""Solutions meet every gate of their module and starters do not, as it is noted in ``modules/gates.json``."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import Course, load_course
from grader.domain.course import Gate
from grader.domain.status import Status
from tests.gates import prove_states as proof

STATES = tuple(proof.names(load_course(proof.ROOT)))
PASSED, FAILED, ERRORED = str(Status.PASSED), str(Status.FAILED), str(Status.ERRORED)


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(proof.ROOT)


def proved(**gates: str) -> proof.Proved:
    return proof.Proved("key", {f"style.{name}": (verdict, 0.0) for name, verdict in gates.items()}, 1.0)


def with_points(course: Course, points: int) -> Course:
    """Module 01 with two gates, of which the first gives so many points."""
    gates = tuple(
        Gate(m, m, m, "=", 0.0, "", points=points * (m == "style.ruff")) for m in ("style.ruff", "style.black")
    )
    return replace(course, modules=tuple(replace(m, gates=gates) for m in course.modules if m.number == 1))


@pytest.mark.parametrize(
    ("name", "points", "verdicts", "wrong"),
    [
        ("01/solution", 5, {"ruff": PASSED, "black": PASSED}, ()),
        ("01/solution", 5, {"ruff": PASSED, "black": FAILED}, ("style.black",)),
        ("01/solution", 5, {"ruff": ERRORED, "black": PASSED}, ("style.ruff",)),
        ("01/starter", 5, {"ruff": FAILED, "black": PASSED}, ()),
        ("01/starter", 5, {"ruff": PASSED, "black": FAILED}, ("none",)),
        ("01/starter", 0, {"ruff": PASSED, "black": PASSED}, ()),
    ],
)
def test_a_wrong_verdict_would_be_seen(
    course: Course, name: str, points: int, verdicts: Mapping[str, str], wrong: tuple[str, ...]
) -> None:
    assert proved(**verdicts).wrong(with_points(course, points), name) == wrong


def test_what_is_noted_and_current_is_as_it_should_be(course: Course) -> None:
    noted = proof.current(course)
    assert {name: found.wrong(course, name) for name, found in noted.items()} == dict.fromkeys(noted, ())
    for name, found in noted.items():
        assert set(found.gates) == {
            gate.metric for m in course.modules for gate in m.gates if f"{m.number:02d}" == name[:2]
        }


def test_a_state_is_measured_once_and_what_is_ours_is_not_noted(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "LEDGER", tmp_path / "gates.json")
    given = iter([proved(ruff=ERRORED), proved(ruff=PASSED), proved(ruff=FAILED)])
    monkeypatch.setattr(proof, "_measured", lambda course, name, wanted: replace(next(given), key=wanted))
    first, second, third = (proof.proved(course, "02/starter").gates["style.ruff"][0] for _ in range(3))
    assert (first, second, third) == (ERRORED, PASSED, PASSED)
    monkeypatch.setattr(proof, "key", lambda course, name: "another")
    assert proof.proved(course, "02/starter").gates["style.ruff"][0] == FAILED
    assert proof.read()["02/starter"].key == "another"


def test_thresholds_are_in_the_key(course: Course) -> None:
    stricter = replace(
        course,
        modules=tuple(replace(m, gates=tuple(replace(g, threshold=-1.0) for g in m.gates)) for m in course.modules),
    )
    assert proof.key(course, "02/starter") == proof.key(course, "02/starter")
    assert proof.key(course, "02/starter") != proof.key(stricter, "02/starter")
    assert proof.key(course, "02/starter") != proof.key(course, "02/solution")


@pytest.mark.exhaustive
@pytest.mark.slow(minutes=5)
@pytest.mark.parametrize("name", STATES)
def test_a_state_is_as_it_should_be(course: Course, name: str) -> None:
    """Measured now, unless it is noted under its present key."""
    assert proof.proved(course, name).wrong(course, name) == ()
