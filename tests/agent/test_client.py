"""The client against an agent that answers whatever a test lets it answer."""

import json
import socket
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.agent.client import AgentClient, AgentFault
from grader.agent.raised import Raised


class Liar:
    """The other end: ``answer`` makes the bytes of a reply from the question."""

    def __init__(self, answer):
        self.ours, self.theirs = socket.socketpair()
        self.client = AgentClient(self.ours)
        self.answer = answer
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with self.theirs, self.theirs.makefile("rb") as lines:
            for line in lines:
                reply = self.answer(json.loads(line))
                if reply is None:
                    return
                self.theirs.sendall(reply)


def told(answer, within_s=2.0):
    with pytest.raises(AgentFault) as caught:
        Liar(answer).client.ask("anything", within_s=within_s)
    assert caught.value.lost
    return str(caught.value)


def reply(question, **outcome):
    return json.dumps({"id": question["id"], **outcome}).encode() + b"\n"


def test_an_answer():
    assert Liar(lambda q: reply(q, ok=[1, "a"])).client.ask("x", within_s=2) == [1, "a"]


def test_a_wrong_id():
    assert "not put" in told(lambda q: b'{"id":"other","ok":1}\n')


@pytest.mark.parametrize(
    "outcome", [{}, {"ok": 1, "raised": {}}, {"ended": "yes"}, {"ended": True}, {"ended": 10**300}]
)
def test_neither_or_both(outcome):
    assert "not put" in told(lambda q: reply(q, **outcome))


def test_two_answers_at_once():
    assert "before it was put" in told(lambda q: reply(q, ok=1) * 2)


def test_an_answer_before_its_question():
    liar = Liar(lambda q: reply(q, ok=1))
    liar.theirs.sendall(b'{"id":"x","ok":1}\n')
    time.sleep(0.05)
    with pytest.raises(AgentFault, match="before it was put"):
        liar.client.ask("x", within_s=1)


def test_silence():
    began = time.monotonic()
    assert "did not answer within 0 s" in told(lambda q: b"", within_s=0.2)
    assert time.monotonic() - began < 2


def test_a_drip_does_not_extend_the_deadline():
    def drip(question):
        time.sleep(0.1)
        return b" "

    assert "did not answer" in told(drip, within_s=0.3)


def test_the_end_of_the_process():
    assert "ended the process" in told(lambda q: None)


def test_a_flood():
    assert "larger than 1 MiB" in told(lambda q: b"x" * (3 << 20))


def test_what_cannot_be_read():
    assert "NaN" in told(lambda q: b'{"id":"' + q["id"].encode() + b'","ok":NaN}\n')
    assert "not a value" in told(lambda q: reply(q, ok={"a": 1}))
    assert "not an exception" in told(lambda q: reply(q, raised=[1]))


def test_an_exception():
    picture = {
        "type": "ValidationError",
        "bases": ["django.core.exceptions.ValidationError", "builtins.Exception"],
        "fields": [["body", [["required", "A body."]]]],
        "frames": [["src/a.py", 3, "clean", "raise"]],
        "message": "no",
    }
    with pytest.raises(Raised) as caught:
        Liar(lambda q: reply(q, raised=picture)).client.ask("x", within_s=2)
    assert caught.value.is_a("ValidationError")
    assert caught.value.is_a("builtins.Exception")
    assert not caught.value.is_a("Error")
    assert caught.value.fields == {"body": (("required", "A body."),)}
    assert caught.value.where.line == 3


def test_a_name_that_is_no_name():
    with pytest.raises(Raised) as caught:
        Liar(lambda q: reply(q, raised={"type": "::error\n<script>"})).client.ask("x", within_s=2)
    assert caught.value.type == "An exception"


def test_a_check_whose_process_ends():
    def answer(question):
        if question["op"] == "begin":
            answer.begun = question["id"]
            return reply(question, ok=None)
        return json.dumps({"id": answer.begun, "ended": 7}).encode() + b"\n"

    client = Liar(answer).client
    client.begin("fork", None, within_s=1)
    with pytest.raises(AgentFault, match="exit status 7") as caught:
        client.ask("x", within_s=1, doing="a view answered")
    assert not caught.value.lost
    assert not client.in_check


@given(st.binary(max_size=60).filter(lambda line: b"\n" not in line))
@settings(max_examples=40, deadline=None)
def test_junk_is_a_fault_and_nothing_else(junk):
    with pytest.raises(AgentFault):
        Liar(lambda q: junk + b"\n").client.ask("x", within_s=1)


PICTURE = {
    "type": "ValueError",
    "bases": ["ValueError"],
    "message": "m",
    "fields": [["body", [["required", "It is."]]]],
    "constraint": ["23505", "unique_slug", ""],
    "frames": [["src/a.py", 3, "save", "self.x()"]],
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"bases": "ValueError"},
        {"bases": [1]},
        {"message": 5},
        {"fields": {"body": []}},
        {"fields": [["body", [["required", 3]]]]},
        {"fields": [[None, []]]},
        {"constraint": [23505]},
        {"frames": [["src/a.py", "3", "save", ""]]},
        {"frames": [["src/a.py", True, "save", ""]]},
        {"frames": [["src/a.py", 3]]},
        {"frames": [[None, 3, "save", ""]]},
    ],
)
def test_an_exception_of_another_shape(wrong):
    assert "not an exception" in told(lambda q: reply(q, raised=PICTURE | wrong))


def test_an_exception_is_cut_to_what_it_needs():
    long = "x" * 800_000
    picture = PICTURE | {
        "bases": [long[:2_000]] * 50,
        "fields": [[f"{n}{long[:2_000]}", [[long[:300], long[:300]]] * 2] for n in range(60)],
        "frames": [[long[:9_000], 10**300, long[:2_000], long[:2_000]]] * 30,
    }
    with pytest.raises(Raised) as caught:
        Liar(lambda q: reply(q, raised=picture)).client.ask("x", within_s=5)
    raised = caught.value
    assert (len(raised.bases), len(raised.fields), len(raised.frames)) == (20, 50, 20)
    assert max(map(len, [*raised.bases, *raised.fields])) <= 200
    assert len(raised.traceback()) < 40_000
