"""Both sorts of changes side by side, with services and files of their own; on one processor one after the other."""

import threading
from dataclasses import replace

import pytest

from grader.gates.suite.runner import NoSuite, Order, SuiteRunner
from grader.gates.suite.sides import Sides, sides
from tests.gates.suite.conftest import SubjectOf
from tests.gates.suite.shop import SHOP

# What a run leaves behind in Redis is not there for one that goes on beside it, nor wiped by its start.
TESTS = """
import os
import time
import uuid

import redis


def test_alone():
    store, own = redis.Redis.from_url(os.environ["REDIS_URL"]), uuid.uuid4().hex
    store.rpush("runs", own)
    time.sleep(3)
    assert store.lrange("runs", 0, -1) == [own.encode()]
"""


def test_sides_share_nothing(subject_of: SubjectOf) -> None:
    with subject_of({**SHOP, "tests/test_shop.py": TESTS}) as subject, sides(replace(subject, lanes=2)) as both:
        meet = threading.Barrier(2, timeout=60)

        def work(warm: bool, runner: SuiteRunner) -> tuple[bool, SuiteRunner]:
            meet.wait()  # comes to an end only where both are under way
            return runner.run(Order()).green, runner

        found = both.each(work)
    assert [green for green, _ in found.values()] == [True, True]
    assert len({runner for _, runner in found.values()}) == 2


@pytest.mark.parametrize("lanes", [1, 2])
def test_what_one_raises_comes_when_the_other_has_ended(subject_of: SubjectOf, lanes: int) -> None:
    ended = []

    def work(warm: bool, runner: SuiteRunner) -> None:
        if warm:
            raise NoSuite("warm")
        ended.append(runner)

    with (
        subject_of(SHOP) as subject,
        sides(replace(subject, lanes=lanes)) as both,
        pytest.raises(NoSuite, match="warm"),
    ):
        both.each(work)
    assert len(ended) == lanes - 1


def test_one_processor_has_one_runner(subject_of: SubjectOf) -> None:
    with subject_of(SHOP) as subject, sides(subject) as both:
        runners = both.each(lambda warm, runner: runner)
    assert runners[True] is runners[False]
    assert Sides(runners[True]).warm
