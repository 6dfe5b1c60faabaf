"""Decisions about an appeal: added, never rewritten, and not there where what goes with them failed."""

from pathlib import Path

import pytest

from grader.appeal.decide import Decided, decided, noted, noting, record_of
from grader.appeal.read import Appeal
from grader.domain.errors import UsageError_
from tests.appeal.test_reproduce import WORK, claim


@pytest.fixture
def appeal(tmp_path: Path) -> Appeal:
    return Appeal("0123456789ab", tmp_path / "appeal.zip", claim(), WORK)


def decision(appeal: Appeal, reason: str = " It is\nasked for. ", author: str = "Grace") -> Decided:
    return decided(appeal, "rejected", reason=reason, author=author, at="2026-03-01T12:00:00Z")


def test_decisions_are_added_and_never_rewritten(appeal: Appeal) -> None:
    assert noted(appeal.path) == ()
    first = decision(appeal)
    second = decision(appeal, "It is not.").of_case("accepted/x")
    for one in (first, second):
        with noting(appeal.path, one) as path:
            assert path == record_of(appeal.path)
    assert noted(appeal.path) == (first, second)
    assert (first.reason, second.case) == ("It is asked for.", "accepted/x")


@pytest.mark.parametrize("text", ["half \ud800 a character", "\x1b[2J", "\u202eevil", "zwei\u2028Zeilen"])
def test_any_reason_can_be_kept(appeal: Appeal, text: str) -> None:
    """An argument of a command may be no text at all."""
    with noting(appeal.path, decision(appeal, text, text)):
        pass
    (one,) = noted(appeal.path)
    assert one.reason == one.author
    assert one.reason.isprintable()


@pytest.mark.parametrize("reason", ["", " \n\t"])
def test_a_decision_needs_a_reason(appeal: Appeal, reason: str) -> None:
    with pytest.raises(UsageError_, match="needs a reason"):
        decision(appeal, reason)


def test_what_failed_meanwhile_was_not_decided(appeal: Appeal) -> None:
    def fails() -> None:
        with noting(appeal.path, decision(appeal)):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not record_of(appeal.path).exists()
    with noting(appeal.path, decision(appeal)):
        pass
    with pytest.raises(RuntimeError):
        fails()
    assert len(noted(appeal.path)) == 1


def test_what_cannot_be_written_is_said_before_anything_is_done(appeal: Appeal) -> None:
    record_of(appeal.path).mkdir()
    done = []
    with pytest.raises(UsageError_, match="cannot be written"), noting(appeal.path, decision(appeal)):
        done.append("something")
    assert done == []


@pytest.mark.parametrize("content", ["no record\n", "{}\n", '["x"]\n', "\xff"])
def test_a_file_that_is_no_record_is_said(appeal: Appeal, content: str) -> None:
    record_of(appeal.path).write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError_, match="is no record of decisions"):
        noted(appeal.path)
