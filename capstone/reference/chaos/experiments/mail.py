# FILE SOLUTION 06
"""The mail server is away, hangs, or says "not now"."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from chaos.platform import DELIVER
from chaos.promises import Promises
from chaos.stage import Stage

COMMENTS = 2
SETTLE_SECONDS = 60


def gone(stage: Stage, promises: Promises) -> None:
    """Connections are refused."""
    _outage(stage, promises, stage.mail.cut())


def frozen(stage: Stage, promises: Promises) -> None:
    """Connections are taken, and nothing is said."""
    _outage(stage, promises, stage.mail.silent())


def refusing(stage: Stage, promises: Promises) -> None:
    """Every recipient is refused for now."""
    _outage(stage, promises, _answers(stage, "451 Later"))


@contextmanager
def _answers(stage: Stage, line: str) -> Iterator[None]:
    stage.services.mail.answer(line)
    try:
        yield
    finally:
        stage.services.mail.answer("")


def _outage(
    stage: Stage, promises: Promises, fault: AbstractContextManager[None]
) -> None:
    """Nobody waits for an e-mail, none is lost, and each comes once."""
    platform = stage.platform
    post = platform.publish("Somebody writes about this")
    before = stage.dead_letters()
    tried = _tries(stage)
    accepted = []
    with fault:
        for _ in range(COMMENTS):
            comment = platform.comment(post)
            if promises.answers("a comment", comment, 201, 5):
                accepted.append(int(comment.body["id"]))
        promises.eventually(
            "the worker tries to send an e-mail",
            lambda: _tries(stage) > tried,
            True,
            30,
        )
        sent = sum(stage.emails_about(comment) for comment in accepted)
        promises.note("no e-mail has come", sent == 0, f"{sent} e-mails")
    promises.eventually(
        f"each of {len(accepted)} e-mails comes, once",
        lambda: [stage.emails_about(comment) for comment in accepted],
        [1] * len(accepted),
        SETTLE_SECONDS,
    )
    promises.eventually("no task is left in hand", stage.in_hand, 0, SETTLE_SECONDS)
    counts = [stage.emails_about(comment) for comment in accepted]
    promises.note("none came twice", counts == [1] * len(accepted), counts)
    dead = stage.dead_letters() - before
    promises.note(
        "no task is lost to the dead letters", dead == 0, f"{dead} dead letters"
    )


def _tries(stage: Stage) -> int:
    """How many runs the worker has logged that sent nothing."""
    return sum(stage.platform.runs(DELIVER, state) for state in ("retry", "failure"))
