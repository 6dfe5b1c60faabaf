# FILE SOLUTION 06
"""The database is away."""

from chaos.promises import Promises
from chaos.stage import READY, Stage

ALIVE = {"database": "unavailable", "cache": "ok"}


def gone(stage: Stage, promises: Promises) -> None:
    """Probes say so, requests fail in the API's form, and nothing accepted is lost."""
    platform = stage.platform
    post = platform.publish("Written before the database was gone")
    before = stage.dead_letters()
    with stage.worker_database.cut():
        accepted = platform.comment(post, by="editor")
        promises.answers(
            "a comment, while the worker has no database,", accepted, 201, 5
        )
        with stage.database.cut():
            _look_without_database(stage, promises, post)
    promises.eventually("/ready says that all is well again", stage.ready, READY, 10)
    promises.answers("GET /healthz afterwards", platform.ask("/healthz"), 200, 5)
    promises.answers(
        "the post afterwards", platform.ask(f"/api/v1/posts/{post}/"), 200, 5
    )
    promises.answers("a comment afterwards", platform.comment(post), 201, 5)
    if accepted.status == 201:
        name = "what the worker could not do"
        stage.look_at_approval(promises, int(accepted.body["id"]), name)
    dead = stage.dead_letters() - before
    promises.note(
        "no task is lost to the dead letters", dead == 0, f"{dead} dead letters"
    )


def _look_without_database(stage: Stage, promises: Promises, post: int) -> None:
    platform = stage.platform
    promises.eventually(
        "/ready says that the database is unavailable", stage.ready, ALIVE, 10
    )
    promises.answers("GET /live", platform.ask("/live"), 200, 5)
    promises.answers("GET /healthz", platform.ask("/healthz"), 503, 10)
    read = platform.ask("/api/v1/posts/?search=nobody-asked-for-this")
    promises.answers("a list that is in no cache", read, 500, 10, 503)
    problem = isinstance(read.body, dict) and read.body.get("status") == read.status
    promises.note("it is a problem document", problem, type(read.body).__name__)
    count = "SELECT count(*) FROM comments_comment"
    there = stage.services.rows(count)
    promises.answers("a comment", platform.comment(post), 500, 10, 503)
    same = stage.services.rows(count) == there
    promises.note("nothing of a refused comment is written", same, there)
