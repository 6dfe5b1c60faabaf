# FILE SOLUTION 06
"""The cache is away, or takes connections and never answers."""

from concurrent.futures import ThreadPoolExecutor

from chaos.promises import Promises
from chaos.stage import READY, Stage

AWAY = {"database": "ok", "cache": "unavailable"}


def gone(stage: Stage, promises: Promises) -> None:
    """The public is answered in time from the database, and sees what changes."""
    platform = stage.platform
    platform.publish("Published before the cache was gone")
    platform.ask("/api/v1/posts/")
    with stage.cache.cut():
        promises.eventually(
            "/ready says that the cache is unavailable", stage.ready, AWAY, 10
        )
        promises.answers("GET /healthz", platform.ask("/healthz"), 200, 5)
        for time in ("first", "second", "third"):
            read = platform.ask("/api/v1/posts/")
            promises.answers(f"the {time} list of posts", read, 200, 1)
        post = platform.publish("Published without a cache")
        promises.note("a post is published", post > 0, f"post {post}")
        promises.answers("a comment", platform.comment(post), 201, 5)
        _is_listed(stage, promises, post, "without the cache")
    promises.eventually("/ready says that all is well again", stage.ready, READY, 10)
    _is_listed(stage, promises, post, "once it is back")


def frozen(stage: Stage, promises: Promises) -> None:
    """One waits for the cache, and not all."""
    platform = stage.platform
    post = platform.publish("Published before the cache froze")
    with stage.cache.silent():
        promises.answers(
            "the first list of posts", platform.ask("/api/v1/posts/"), 200, 4
        )
        with ThreadPoolExecutor(4) as pool:
            asked = ["/api/v1/posts/"] * 12
            answers = sorted(pool.map(platform.ask, asked), key=lambda one: one.seconds)
        well = {answer.status for answer in answers} == {200}
        promises.note(
            "each of the next twelve is answered with 200", well, answers[-1].status
        )
        promises.answers("the ninth fastest of them", answers[8], 200, 0.5)
        promises.eventually(
            "/ready says that the cache is unavailable", stage.ready, AWAY, 10
        )
        promises.answers("a comment", platform.comment(post), 201, 5)
    promises.eventually("/ready says that all is well again", stage.ready, READY, 10)


def _is_listed(stage: Stage, promises: Promises, post: int, when: str) -> None:
    found = stage.platform.ask("/api/v1/posts/")
    listed = [one["id"] for one in found.body["results"]] if found.status == 200 else []
    promises.note(
        f"the list shows what was published {when}", post in listed, listed[:3]
    )
