"""Tests beside a kernel that answers as it is told: what they see of the learner's code, and what is told of them."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.lab.channel import GONE, Kernel
from grader.lab.judge import Opaque, judged
from grader.lab.nouns import Outcome, Step

Answer = Callable[[str, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def kernel_of() -> Iterator[Callable[[Answer], Kernel]]:
    """A kernel whose other end answers by a function."""
    with contextlib.ExitStack() as stack:

        def make(answer: Answer) -> Kernel:
            ours, theirs = socket.socketpair()
            stack.callback(ours.close)

            def serve() -> None:
                with theirs, theirs.makefile("rb") as lines:
                    for line in lines:
                        question = json.loads(line)
                        reply = {"id": question["id"], **answer(question["op"], question["with"])}
                        theirs.sendall(json.dumps(reply).encode() + b"\n")

            threading.Thread(target=serve, daemon=True).start()
            return Kernel(ours)

        yield make


def function(returned: Any) -> Answer:
    """A notebook in which every name is a function that returns this, as it travels."""
    return lambda op, given: {"ok": ["callable", None] if op == "kind" else ["returned", returned]}


def raising(*bases: str) -> Answer:
    """One in which every function raises, and ``Own`` is an exception of the learner's."""

    def answer(op: str, given: dict[str, Any]) -> dict[str, Any]:
        if op == "kind":
            return {"ok": ["exception" if given["name"] == "Own" else "callable", None]}
        return {"raised": {"type": bases[0], "bases": list(bases), "message": "a secret"}}

    return answer


def outcome_of(kernel: Kernel, source: str) -> Outcome:
    (outcome,) = judged([Step("t", "tests", source)], kernel)
    return outcome


REF = {"$": "ref", "v": 0, "type": "x.Always", "pk": None, "callable": True}


@pytest.mark.parametrize(
    ("returned", "source"),
    [
        (1, "assert f(2) == 1"),
        ({"$": "tuple", "v": [1, "a"]}, "assert f() == (1, 'a')"),
        ({"$": "dict", "v": [["a", {"$": "set", "v": [1]}]]}, "assert f() == {'a': {1}}"),
        (True, "assert f() is True"),
        ({"$": "float", "v": "inf"}, "from math import isinf\ndef check(x):\n    return isinf(x)\nassert check(f())"),
    ],
)
def test_values_arrive_as_they_are(kernel_of: Callable[[Answer], Kernel], returned: Any, source: str) -> None:
    assert outcome_of(kernel_of(function(returned)), source) == Outcome()


@pytest.mark.parametrize(
    "source", ["assert f() == 1", "assert f()() == 1", "assert f() > 0", "assert [f()] == [1]", "assert f() in (1, 2)"]
)
def test_an_object_can_do_nothing(kernel_of: Callable[[Answer], Kernel], source: str) -> None:
    assert outcome_of(kernel_of(function(REF)), source).error in ("AssertionError", "TypeError")
    assert outcome_of(kernel_of(function([REF])), "assert f() != [1]") == Outcome()


def test_an_object_shows_nothing() -> None:
    assert repr(Opaque()) == "<an object that is no plain value>"


@pytest.mark.parametrize(
    ("bases", "source", "error"),
    [
        (("KeyError", "LookupError", "Exception"), "try:\n    f()\nexcept LookupError:\n    pass", ""),
        (("Own", "ValueError"), "try:\n    f()\nexcept Own:\n    pass", ""),
        (("Own", "ValueError"), "f()", "ValueError"),
        (("Saw_7", "BaseException"), "f()", "RuntimeError"),
        (("SystemExit", "BaseException"), "f()", "RuntimeError"),
        (("UnicodeDecodeError", "UnicodeError", "ValueError"), "f()", "UnicodeError"),
    ],
)
def test_exceptions_come_by_their_type(
    kernel_of: Callable[[Answer], Kernel], bases: tuple[str, ...], source: str, error: str
) -> None:
    outcome = outcome_of(kernel_of(raising(*bases)), source)
    assert outcome.error == error
    assert outcome.text == ""


def test_the_line_is_that_of_the_tests(kernel_of: Callable[[Answer], Kernel]) -> None:
    source = "def check(x):\n    assert x == 2\n\ncheck(f())\n"
    assert outcome_of(kernel_of(function(1)), source) == Outcome("", "AssertionError", 4)


def test_a_test_that_leaves_fails(kernel_of: Callable[[Answer], Kernel]) -> None:
    assert outcome_of(kernel_of(function(1)), "raise SystemExit(0)").error == "SystemExit"


@pytest.mark.parametrize(
    "answer",
    [
        lambda op, given: {"ok": ["anything", None]},
        lambda op, given: {"ok": 7},
        lambda op, given: {"id": "0", "ok": 1},
        lambda op, given: {"ok": {"$": "set", "v": [[1]]}},
        lambda op, given: {"raised": 7},
    ],
    ids=["kind", "type", "number", "unhashable", "raised"],
)
def test_an_answer_that_is_none_fails_what_comes_after(kernel_of: Callable[[Answer], Kernel], answer: Answer) -> None:
    kernel = kernel_of(answer)
    first, second = judged([Step("a", "tests", "f()"), Step("b", "tests", "g()")], kernel)
    assert first.error == second.error == GONE
    assert first.text.startswith("Your notebook ")


def test_given_code_is_trusted_and_learners_names_are_not(kernel_of: Callable[[Answer], Kernel]) -> None:
    asked = []

    def answer(op: str, given: dict[str, Any]) -> dict[str, Any]:
        asked.append((op, given.get("name", given.get("source"))))
        return {"ok": {"$": "dict", "v": [["text", ""], ["error", ""]]} if op == "cell" else ["missing", None]}

    steps = [Step("g", "given", "DATA = [1, 2]"), Step("t", "tests", "assert DATA == [1, 2]\nf")]
    assert [one.error for one in judged(steps, kernel_of(answer))] == ["", "NameError"]
    assert asked == [("cell", "DATA = [1, 2]"), ("kind", "f")]


def calling(*answers: list[Any]) -> tuple[Answer, list[tuple[str, Any]]]:
    """A notebook whose function gives these answers in turn, and what it was asked."""
    left, asked = list(answers), list[tuple[str, Any]]()

    def answer(op: str, given: dict[str, Any]) -> dict[str, Any]:
        asked.append((op, given.get("value")))
        return {"ok": ["callable", None] if op == "kind" else left.pop(0)}

    return answer, asked


COUNTED = (
    "calls = []\ndef double(x):\n    calls.append(x)\n    return 2 * x\nassert f(double) == 14\nassert calls == [7]"
)
STRICT = "def strict(x):\n    raise LookupError\nf(strict)"


def test_functions_of_the_tests_are_called_on_this_side(kernel_of: Callable[[Answer], Kernel]) -> None:
    answer, asked = calling(["asks", 0, [7]], ["returned", 14])
    assert outcome_of(kernel_of(answer), COUNTED) == Outcome()
    assert asked == [("kind", None), ("call", None), ("answered", 14)]


def test_what_such_a_function_raises_ends_the_test(kernel_of: Callable[[Answer], Kernel]) -> None:
    answer, asked = calling(["asks", 0, [7]], ["asks", 0, [8]], ["returned", 14])
    assert outcome_of(kernel_of(answer), STRICT) == Outcome("", "LookupError", 3)
    assert [op for op, _ in asked] == ["kind", "call", "refused", "refused"]


@pytest.mark.parametrize("said", [["asks", 1, []], ["asks", "0", []], ["asks"], ["else", 1], 7])
def test_functions_that_nobody_gave_are_not_called(kernel_of: Callable[[Answer], Kernel], said: Any) -> None:
    answer, _ = calling(said, ["returned", 14])
    assert outcome_of(kernel_of(answer), COUNTED).error == GONE


def test_no_end_of_calls(kernel_of: Callable[[Answer], Kernel]) -> None:
    answer, _ = calling(*[["asks", 0, [7]]] * 10_002)
    assert "more than 10,000 times" in outcome_of(kernel_of(answer), COUNTED).text
