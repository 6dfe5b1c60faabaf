# FILE SOLUTION 06
"""The queues are away."""

import time

from chaos.promises import Promises
from chaos.stage import Stage

# A broker that did not answer may be left alone for so long, whatever variables say.
LEFT_ALONE_SECONDS = 5


def gone(stage: Stage, promises: Promises) -> None:
    """Comments are accepted in time, and queued later: none is lost, and none is done twice."""
    platform = stage.platform
    post = platform.publish("Discussed without a queue")
    accepted = []
    with stage.broker.cut():
        promises.answers("GET /healthz", platform.ask("/healthz"), 200, 5)
        promises.answers("the post", platform.ask(f"/api/v1/posts/{post}/"), 200, 5)
        for which in ("first", "second", "third"):
            comment = platform.comment(post, by="editor")
            if promises.answers(f"the {which} comment", comment, 201, 5):
                accepted.append(int(comment.body["id"]))
    time.sleep(LEFT_ALONE_SECONDS)
    after = platform.comment(post, by="editor")
    if promises.answers("a comment, once the queues are back,", after, 201, 5):
        stage.look_at_approval(promises, int(after.body["id"]), "it")
    stage.requeue()
    for comment_id in accepted:
        stage.look_at_approval(promises, comment_id, f"comment {comment_id}")
