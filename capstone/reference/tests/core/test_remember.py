# FILE SOLUTION 05
"""Cache-aside, and the circuit before the cache."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from time import monotonic, sleep

import pytest
from django.core.cache import cache
from pytest_mock import MockerFixture
from redis.exceptions import TimeoutError as RedisTimeoutError

from core import remember
from core.circuit import Circuit, CircuitOpenError


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_what_is_remembered_is_not_made_again() -> None:
    numbers = count()
    for _ in range(3):
        value = remember.remembered("f", "a", make=lambda: next(numbers), seconds=9)
        assert value == 0
    assert remember.remembered("f", "b", make=lambda: next(numbers), seconds=9) == 1


def test_a_change_makes_all_of_a_family_worthless() -> None:
    numbers = count()
    for expected in range(3):
        made = remember.remembered("f", make=lambda: next(numbers), seconds=9)
        assert made == expected
        remember.forget("f")


def test_an_answer_on_its_way_does_not_outlive_a_change() -> None:
    def make() -> str:
        remember.forget("f")  # somebody changes something meanwhile
        return "old"

    remember.remembered("f", make=make, seconds=9)
    assert remember.remembered("f", make=lambda: "new", seconds=9) == "new"


def test_nothing_is_remembered_of_what_fails() -> None:
    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        remember.remembered("f", make=fail, seconds=9)
    assert remember.remembered("f", make=lambda: 1, seconds=9) == 1


@pytest.mark.parametrize("seconds", [0.2, 1.5])
def test_many_ask_and_one_makes_it(seconds: float) -> None:
    """A database that is slow is the last that should be asked by all at once."""
    numbers = count()

    def slowly() -> int:
        sleep(seconds)
        return next(numbers)

    def ask(_: int) -> int:
        made: int = remember.remembered("f", make=slowly, seconds=9)
        return made

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {0}


def test_nobody_waits_for_what_has_failed() -> None:
    """As the address of a post that is not there: nobody puts anything into the cache."""

    def fail() -> None:
        sleep(0.02)
        raise LookupError

    def ask(_: int) -> float:
        begin = monotonic()
        with pytest.raises(LookupError):
            remember.remembered("f", make=fail, seconds=9)
        return monotonic() - begin

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(ask, range(8))) < 0.5


def test_who_waited_for_too_long_computes_it(mocker: MockerFixture) -> None:
    mocker.patch.object(remember, "WAIT_SECONDS", 0.05)
    begun, over = Event(), Event()

    def slowly() -> str:
        begun.set()
        over.wait(5)
        return "slow"

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(remember.remembered, "f", make=slowly, seconds=9)
        begun.wait(5)
        assert remember.remembered("f", make=lambda: "own", seconds=9) == "own"
        over.set()
    assert slow.result() == "slow"
    assert remember._in_flight == {}


def test_a_refresh_that_fails_is_left_to_another_one_later() -> None:
    """A value that cannot be refreshed is served until its time is over."""
    name = remember.key("f")
    cache.set(name, remember.Entry("old", 0), timeout=9)
    with pytest.raises(ZeroDivisionError):
        remember.remembered("f", make=lambda: 1 / 0, seconds=9)
    assert remember.remembered("f", make=lambda: "new", seconds=9) == "new"


def test_what_is_old_is_made_by_one_and_served_to_the_others() -> None:
    name = remember.key("f")
    remember.store(name, "old", seconds=0.01)
    cache.set(name, remember.Entry("old", 0), timeout=9)
    cache.add(f"{name}:refresh", 1)
    assert remember.remembered("f", make=lambda: "new", seconds=9) == "old"
    cache.delete(f"{name}:refresh")
    assert remember.remembered("f", make=lambda: "new", seconds=9) == "new"


def test_a_circuit_opens_tries_again_and_closes() -> None:
    circuit = Circuit("it", seconds=0.1)
    with pytest.raises(RedisTimeoutError), circuit.guarding(RedisTimeoutError):
        raise RedisTimeoutError
    with pytest.raises(CircuitOpenError), circuit.guarding(RedisTimeoutError):
        pass
    sleep(0.11)
    # While one tries, the others do not.
    with (
        circuit.guarding(RedisTimeoutError),
        pytest.raises(CircuitOpenError),
        circuit.guarding(RedisTimeoutError),
    ):
        pass
    with circuit.guarding(RedisTimeoutError):
        pass
