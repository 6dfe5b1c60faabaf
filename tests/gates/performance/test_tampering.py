"""What is done for the measurement alone gains nothing; each beside a control that shows what it would gain."""

from random import Random

import pytest

from grader.domain.status import Status
from grader.gates.performance.verdict import Pair, Turn, Verdict, decide_mean
from tests.gates.performance import middlewares
from tests.gates.performance.conftest import Planted, missed
from tests.gates.performance.test_planted import NO_INDEX, said

LIMIT = 1.5
CALIBRATION = Turn(0.010, 0.0, 0.010)
SLOW = Turn(0.020, 0.0, 0.020)


def verdict(*turns: Turn, calibration: Turn = CALIBRATION) -> Verdict:
    """Of a duet in which each of these turns comes again and again."""
    blocks = [[Pair("", calibration, turn) for turn in turns]] * 10
    return decide_mean(blocks, LIMIT, Random(1)).verdict


def test_control_one_that_is_slow_fails_and_one_that_is_not_passes() -> None:
    assert verdict(SLOW) is Verdict.ABOVE
    assert verdict(Turn(0.012, 0.0, 0.012)) is Verdict.WITHIN


def test_a_busy_loop_that_slows_the_calibration_is_charged_for_what_it_takes() -> None:
    slowed = Turn(0.030, 0.020, 0.010)
    assert verdict(SLOW, calibration=slowed) is not Verdict.ABOVE  # what it would gain
    burning = Turn(0.020, 0.0, 0.020, beside=0.030)
    assert verdict(burning, calibration=slowed) is Verdict.ABOVE
    assert verdict(Turn(0.012, 0.0, 0.012, beside=0.030), calibration=slowed) is not Verdict.WITHIN


def test_work_that_is_put_off_until_after_the_answer_is_charged() -> None:
    assert verdict(Turn(0.010, 0.0, 0.010)) is Verdict.WITHIN
    assert verdict(Turn(0.010, 0.0, 0.010, beside=0.010)) is Verdict.ABOVE


def test_threads_that_wait_for_nothing_take_nothing_off() -> None:
    spinning = Turn(0.020, 0.200, 0.060)
    assert spinning.net == spinning.latency
    assert verdict(spinning) is Verdict.ABOVE
    assert verdict(Turn(0.020, 0.012, 0.008)) is not Verdict.ABOVE  # control: who really waited is believed


def test_a_sleeper_does_not_pass_by_its_processor_time() -> None:
    assert verdict(Turn(0.020, 0.0, 0.005)) is Verdict.ABOVE


CROWDED = Turn(0.100, 0.085, 0.010)


def test_on_a_crowded_machine_nobody_is_above_and_the_number_says_so() -> None:
    """What was seen of the course's own solution, twice as dear as it is, where ten others wanted each processor."""
    dear = Turn(0.200, 0.175, 0.020)
    decision = decide_mean([[Pair("", CROWDED, dear)] * 4] * 4, LIMIT, Random(1))
    assert (decision.verdict, decision.value <= LIMIT) == (Verdict.UNDECIDED, True)
    assert verdict(dear, calibration=Turn(0.050, 0.038, 0.010)) is Verdict.ABOVE  # control: one that is only busy


def test_who_crowds_the_machine_is_above_all_the_same() -> None:
    assert verdict(Turn(0.200, 0.175, 0.020, beside=0.100), calibration=CROWDED) is Verdict.ABOVE


def test_where_nobody_counts_processor_time_nothing_is_crowded() -> None:
    uncounted = Turn(0.010, 0.0, 0.0)
    assert verdict(Turn(0.030, 0.0, 0.0), calibration=uncounted) is Verdict.ABOVE


def test_noise_alone_fails_nobody() -> None:
    noisy, calm = Turn(0.040, 0.029, 0.011), Turn(0.012, 0.0, 0.012)
    assert verdict(noisy, calm, calm) is not Verdict.ABOVE


@pytest.mark.exhaustive
@pytest.mark.slow
def test_answers_that_are_kept_for_whoever_asks_the_same_are_wrong(planted: Planted) -> None:
    found = planted("performance.p95", "performance.ratio", middleware=middlewares.REMEMBERS)
    assert {m.status for m in found.values()} == {Status.FAILED}, said(found)
    assert all("answered 200 with something else" in m.reason for m in found.values()), said(found)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_busy_loops_beside_a_slow_server_do_not_save_it(planted: Planted) -> None:
    found = planted("performance.ratio", middleware=middlewares.BURNS)
    assert missed(found) == {"performance.ratio"}, said(found)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_session_in_which_nothing_may_be_read_whole_changes_no_plan(planted: Planted) -> None:
    kept = 'config["CONN_MAX_AGE"] = 60'
    hidden = (kept, f'{kept}\n        config["OPTIONS"] = {{"options": "-c enable_seqscan=off"}}')
    found = planted("performance.plans", edits={**NO_INDEX, "src/config/settings/services.py": hidden})
    assert missed(found) == {"performance.plans"}, said(found)
