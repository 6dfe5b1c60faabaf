# FILE SOLUTION 06
"""The worker is killed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from chaos.promises import Promises
from chaos.stage import Stage


def killed(stage: Stage, promises: Promises) -> None:
    """What it had in hand is done by the next one, and so is what came meanwhile: each once."""
    platform = stage.platform
    post = platform.publish("Survives its worker")
    before = stage.dead_letters()
    promises.eventually("no task is in hand at first", stage.in_hand, 0, 30)
    with _approvals_wait(stage):
        taken = platform.comment(post, by="editor")
        promises.answers("a comment", taken, 201, 5)
        promises.eventually(
            "the worker begins its task", lambda: _waiting(stage), True, 30
        )
        platform.worker.send_all(signal.SIGKILL)
        platform.worker.wait()
    meanwhile = platform.comment(post)
    promises.answers("a comment without a worker", meanwhile, 201, 5)
    promises.answers(
        "the post without a worker", platform.ask(f"/api/v1/posts/{post}/"), 200, 5
    )
    if taken.status == 201:
        there = stage.status_of(int(taken.body["id"]))
        half = "nothing is half done by the one that was killed"
        promises.note(half, there == ("pending", False), there)
    stage.let_time_pass()
    platform.start_worker()
    if taken.status == 201:
        stage.look_at_approval(promises, int(taken.body["id"]), "what it had in hand")
    if meanwhile.status == 201:
        promises.eventually(
            "the e-mail about what came meanwhile comes",
            lambda: stage.emails_about(int(meanwhile.body["id"])),
            1,
            60,
        )
    dead = stage.dead_letters() - before
    promises.note(
        "no task is lost to the dead letters", dead == 0, f"{dead} dead letters"
    )


@contextmanager
def _approvals_wait(stage: Stage) -> Iterator[None]:
    """Whoever approves writes to the audit log, and waits there as long as this lasts."""
    with psycopg.connect(stage.services.database.geturl()) as connection:
        connection.execute("LOCK TABLE audit_auditentry IN SHARE MODE")
        yield


def _waiting(stage: Stage) -> bool:
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(stage.services.rows(query)[0][0])
