# FILE SOLUTION 06
"""The network is slow: the database answers late, the cache and the queues too late."""

from chaos.promises import Promises
from chaos.stage import READY, Stage

# Each way. A request takes some ten queries; a cache is given half a second, the queues two.
DATABASE_SECONDS, CACHE_SECONDS, BROKER_SECONDS = 0.02, 1.0, 3.0


def slow(stage: Stage, promises: Promises) -> None:
    """What is too slow is left alone, requests are answered in time, and each task is done once."""
    platform = stage.platform
    post = platform.publish("Read over a slow network")
    accepted = []
    database = stage.database.slow(DATABASE_SECONDS)
    with database, stage.cache.slow(CACHE_SECONDS), stage.broker.slow(BROKER_SECONDS):
        promises.answers("GET /live", platform.ask("/live"), 200, 5)
        promises.answers("GET /healthz", platform.ask("/healthz"), 200, 10)
        promises.answers("the list of posts", platform.ask("/api/v1/posts/"), 200, 4)
        for time in ("first", "second"):
            comment = platform.comment(post, by="editor")
            if promises.answers(f"the {time} comment", comment, 201, 5):
                accepted.append(int(comment.body["id"]))
    promises.eventually("/ready says that all is well again", stage.ready, READY, 10)
    promises.answers(
        "the list of posts afterwards", platform.ask("/api/v1/posts/"), 200, 1
    )
    stage.requeue()
    for comment_id in accepted:
        stage.look_at_approval(promises, comment_id, f"comment {comment_id}")
