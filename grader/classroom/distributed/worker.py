"""A worker of one queue: Celery takes messages from the broker, and gradings run in processes of their own.

They are taken by threads, since each waits for a process that can be ended: nothing of a submission runs in here.
"""

import os
import signal
import socket
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING

from grader.classroom.distributed.broker import TASK
from grader.classroom.distributed.deliveries import Deliveries, Taken

if TYPE_CHECKING:
    from celery import Celery

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AT_ONCE = 130


def worker_name(queue: str) -> str:
    """What people know a worker by: its queue, host and process."""
    return f"{queue}@{socket.gethostname()}.{os.getpid()}"


def serve(app: "Celery", queue: str, deliveries: Deliveries) -> None:
    """Works until a signal ends it; what is under way then goes back to the broker, for another worker.

    A second signal ends it at once, and what it had is delivered again by the broker in its time.
    """
    _offer_nothing_but(app, deliveries)
    worker = app.WorkController(
        hostname=deliveries.name, pool_cls="threads", concurrency=deliveries.slots, queues=queue
    )
    _end_on_signals(deliveries)
    worker.start()


def _offer_nothing_but(app: "Celery", deliveries: Deliveries) -> None:
    """Makes gradings the only thing that a message can ask for; Celery's own tasks go."""
    from celery.exceptions import Reject

    def grade(*words: object, **others: object) -> None:
        sealed = words[0] if len(words) == 1 and not others else None
        taken = deliveries.take(sealed)
        if taken is not Taken.DONE:  # a refused one has no success either, after which it could have asked for more
            raise Reject(taken.name.lower(), requeue=taken is Taken.GIVEN_BACK)

    app.finalize()
    for name in list(app.tasks):
        del app.tasks[name]
    app.task(grade, name=TASK, typing=False)


def _end_on_signals(deliveries: Deliveries) -> None:
    from celery.worker import state

    def end(signum: int, frame: FrameType | None) -> None:
        if deliveries.stopping.is_set():
            os._exit(_AT_ONCE)
        deliveries.stopping.set()
        Thread(target=deliveries.children.end, name="ending").start()
        state.should_stop = os.EX_OK

    for number in _SIGNALS:
        signal.signal(number, end)
