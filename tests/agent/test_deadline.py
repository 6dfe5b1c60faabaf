"""What an answer's time is charged: sleeping and computing count, waiting for a processor that others have does not."""

import pytest

from grader.agent.deadline import LOOK_AFTER_S, WALL_FACTOR, Deadline, grown


class Machine:
    """A clock and the counters of one thread, moved by hand."""

    def __init__(self) -> None:
        self.now, self.computed, self.waited = 0.0, 5.0, 7.0

    def go(self, seconds: float, *, computed: float = 0.0, waited: float = 0.0) -> None:
        self.now, self.computed, self.waited = self.now + seconds, self.computed + computed, self.waited + waited

    def meter(self) -> dict[int, tuple[float, float]]:
        return {1: (self.computed, self.waited)}

    def deadline(self, within_s: float) -> Deadline:
        made = Deadline(within_s, self.meter, lambda: self.now)
        assert made.left() == LOOK_AFTER_S
        self.go(LOOK_AFTER_S)
        made.left()
        return made


CHARGED = {
    "asleep": ({}, 10.0),
    "computing": ({"computed": 10.0}, 10.0),
    "computing on two": ({"computed": 20.0}, 10.0),
    "waiting for a processor": ({"computed": 2.0, "waited": 8.0}, 2.0),
    "many threads that wait": ({"computed": 3.0, "waited": 90.0}, 3.0),
    "threads that compute while others wait": ({"computed": 20.0, "waited": 90.0}, 10.0),
    "half asleep, half waiting": ({"waited": 5.0}, 5.0),
}


@pytest.mark.parametrize(("spent", "charged"), CHARGED.values(), ids=CHARGED)
def test_what_ten_seconds_cost(spent: dict[str, float], charged: float) -> None:
    machine = Machine()
    deadline = machine.deadline(15)
    machine.go(10, **spent)
    assert deadline.charged() == pytest.approx(LOOK_AFTER_S + charged)
    assert deadline.left() == pytest.approx(15 - LOOK_AFTER_S - charged)


def test_a_sleeper_gets_no_more_than_its_limit() -> None:
    machine = Machine()
    deadline = machine.deadline(15)
    machine.go(14)
    assert deadline.left() == 0


def test_what_never_gets_a_processor_ends_too() -> None:
    machine = Machine()
    deadline = machine.deadline(15)
    machine.go(WALL_FACTOR * 15 - 2, waited=WALL_FACTOR * 15 - 2)
    assert 0 < deadline.left() <= 1
    machine.go(1, waited=1)
    assert deadline.left() == 0


def test_without_a_meter_elapsed_time_counts() -> None:
    machine = Machine()
    deadline = Deadline(15, None, lambda: machine.now)
    machine.go(14, waited=14)
    assert (deadline.left(), deadline.charged()) == (1, 14)


def test_threads_that_ended_add_nothing_and_take_nothing_away() -> None:
    assert grown({1: (9.0, 9.0), 2: (1.0, 1.0)}, {2: (2.0, 4.0), 3: (5.0, 0.5)}) == (6.0, 3.5)
