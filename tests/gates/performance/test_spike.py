"""Twenty at once: slow answers are none of its business, and what does not come is said once by each who waited."""

import json
import threading
from random import Random
from typing import Any, cast

import pytest

from grader.domain.errors import EnvironmentError_
from grader.domain.status import Status
from grader.gates.performance import spike
from grader.gates.performance.api import Api, Unfit
from grader.gates.performance.gate import settled
from grader.gates.performance.population import Amount, populate
from grader.sandbox import http

HERE = threading.Barrier(1)


class Server:
    """Answers each request by its turn; what it was to answer within is noted."""

    def __init__(self, *answers: object) -> None:
        self.answers, self.within = list(answers), set[float]()

    def request(self, method: str, path: str, headers: object, body: bytes, *, timeout_s: float) -> http.Response:
        self.within.add(timeout_s)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, value = cast("tuple[int, Any]", answer)
        return http.Response(status, (), json.dumps(value).encode())


def person(server: Server) -> spike._Person:
    api = Api(cast("Any", server), {}, Random(1))
    return spike._Person(api, [(7, "one"), (7, "two")])


RIGHT = ((201, {"body": "one", "post": 7}), (200, {"id": 7}), (201, {"body": "two", "post": 7}), (200, {"id": 7}))


def test_control_who_is_answered_has_nothing_to_say() -> None:
    someone, server = person(server := Server(*RIGHT)), server
    someone.act(HERE)
    assert (someone.acknowledged, someone.failures) == (["one", "two"], [])
    assert server.within == {spike.WITHIN_S}


def test_what_is_refused_is_a_failure_and_the_rest_goes_on() -> None:
    someone = person(Server((503, {}), *RIGHT[1:]))
    someone.act(HERE)
    assert someone.acknowledged == ["two"]
    assert someone.failures == ["POST /api/v1/comments/ answered 503 where 201 was expected."]


@pytest.mark.parametrize("none", [TimeoutError(), ConnectionError()])
def test_who_gets_no_answer_gives_up(none: Exception) -> None:
    someone = person(Server(none))
    someone.act(HERE)
    assert someone.acknowledged == []
    assert someone.failures == ["POST /api/v1/comments/ gave no complete answer within 120 s."]


@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [
        (Unfit("GET / answered 500."), Status.FAILED, "answered 500"),
        (EnvironmentError_("no room", "Make some."), Status.ERRORED, "no room"),
    ],
)
def test_what_keeps_one_part_from_measuring_is_said_of_that_part(raised: Exception, status: Status, words: str) -> None:
    def part() -> list[Any]:
        raise raised

    (found,) = settled(("performance.spike",), part)
    assert (found.status, found.value) == (status, None)
    assert words in (found.fault if status is Status.ERRORED else found.reason)


class Busy:
    """A connection in which every statement that copies is cancelled for want of time."""

    def transaction(self) -> Any:
        from contextlib import nullcontext

        return nullcontext()

    def execute(self, statement: object, *values: object) -> Any:
        import psycopg

        if str(statement).startswith("SET LOCAL"):
            return None
        raise psycopg.errors.QueryCanceled("canceling statement due to statement timeout")


def test_rows_that_a_busy_machine_does_not_copy_in_time_are_no_fault_of_the_tables() -> None:
    with pytest.raises(EnvironmentError_, match="1,000 posts and 5,000 comments within 180 s"):
        populate(cast("Any", Busy()), Amount(1_000, 5_000), "abc")
