"""Messages are JSON of one exact form, and what is not of it is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from grader.classroom.distributed.messages import Answer, Malformed, Sent, Work, decode, encode
from grader.classroom.people import Task
from grader.pipeline import Job, Options
from tests.classroom.samples import measured

WORK = Work(
    id="a" * 64,
    ticket="b" * 32,
    run="c" * 32,
    blob="d" * 64,
    assignment="02-domain-modeling",
    basis="checks",
    grader="0.1.0",
    options=Options(Path(), seed=7, criteria=("domain.one",)),
    limit_s=60.0,
)
ANSWER = Answer("a" * 64, "b" * 32, "checks@host.1", 2, "measured", 1.5, measured=measured())


@pytest.mark.parametrize("message", [WORK, ANSWER, Sent("b" * 32, published=True)], ids=lambda m: type(m).__name__)
def test_each_comes_through(message: Work | Answer | Sent) -> None:
    assert decode(type(message), encode(message)) == message


def test_an_answer_is_what_came_of_the_task() -> None:
    task = Task(3, Job(Path("/class/ada"), "02-domain-modeling", Options(Path("state"))), "mark")
    assert ANSWER.finished(task).measured == measured()
    refused = Answer("a" * 64, "b" * 32, "w", 1, "refused", 0.5, "it is damaged", "Send it again.")
    found = refused.finished(task)
    assert (found.task, found.outcome, found.message, found.again) == (task, "refused", "it is damaged", False)


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(encode(WORK)) | fields).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[" * 100_000,
        b"\x80\x04K\x01.",  # a pickle
        encode(ANSWER),
        changed(id="../../etc/passwd"),
        changed(id="a" * 63),
        changed(id="A" * 64),
        changed(run="x"),
        changed(blob=1),
        changed(limit_s=-1),
        changed(limit_s="60"),
        changed(limit_s=float("nan")),
        changed(version=2),
        changed(more="fields"),
        changed(options={"state_dir": "x", "sandbox": "none"}),
        changed(options={"state_dir": ["x"]}),
        changed(options={"state_dir": "x", "checks": ["one"]}),
        encode(WORK)[:-1],
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(Work, data)


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    for kind in (Work, Answer, Sent):
        with pytest.raises(Malformed):
            decode(kind, data)


def test_evidence_and_outcome_do_not_contradict_each_other() -> None:
    for wrong in ({"outcome": "errored"}, {"measured": None}):
        with pytest.raises(ValueError, match="contradict"):
            structs.replace(ANSWER, **wrong)
        data = json.loads(encode(ANSWER)) | wrong
        with pytest.raises(Malformed):
            decode(Answer, json.dumps(data).encode())
