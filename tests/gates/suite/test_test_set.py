"""Sets of tests as a run records them: all of a line's tests, however many, and nothing that is no test."""

import pytest

from grader.gates.suite.test_set import IMPORTED, NONE, OUTSIDE, TestSet


@pytest.mark.parametrize("tests", [[], [OUTSIDE], [0], [OUTSIDE, 0, 3], list(range(OUTSIDE, 5000)), [4999]], ids=len)
def test_it_holds_what_was_put_in(tests: list[int]) -> None:
    found = TestSet.of(reversed(tests))
    assert list(found) == tests
    assert len(found) == len(tests)
    assert bool(found) is bool(tests)
    assert TestSet.read(f"{found.bits:x}", 5000) == found
    assert [test for test in range(OUTSIDE, 5001) if test in found] == tests


def test_sets_are_joined_and_taken_apart() -> None:
    one, other = TestSet.of([OUTSIDE, 1, 2]), TestSet.of([2, 300])
    assert list(one & other) == [2]
    assert list(one | other) == [OUTSIDE, 1, 2, 300]
    assert list(one - IMPORTED) == [1, 2]
    assert one & NONE == NONE


@pytest.mark.parametrize("digits", ["", "-1", "0x1", "g", " 1", "1_0", "\u0661", "10", "8", "f" * 4000], ids=len)
def test_what_no_recorder_writes_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="test"):
        TestSet.read(digits, 2)
