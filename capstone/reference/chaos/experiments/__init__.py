# FILE SOLUTION 06
"""Every experiment, by its name, in the order in which they are run."""

from collections.abc import Callable
from typing import NamedTuple

from chaos.experiments import broker, cache, database, mail, network, worker
from chaos.promises import Promises
from chaos.stage import Stage


class Experiment(NamedTuple):
    """What is broken, and the function that breaks it and looks."""

    name: str
    fault: str
    run: Callable[[Stage, Promises], None]


EXPERIMENTS = (
    Experiment("database-gone", "PostgreSQL refuses connections", database.gone),
    Experiment("cache-gone", "the Redis of the cache refuses connections", cache.gone),
    Experiment("cache-frozen", "the Redis of the cache never answers", cache.frozen),
    Experiment(
        "broker-gone", "the Redis of the queues refuses connections", broker.gone
    ),
    Experiment("mail-gone", "the mail server refuses connections", mail.gone),
    Experiment("mail-frozen", "the mail server never answers", mail.frozen),
    Experiment(
        "mail-refusing", "the mail server answers 451 to every e-mail", mail.refusing
    ),
    Experiment("slow-network", "every service answers late", network.slow),
    Experiment(
        "worker-killed",
        "the worker gets SIGKILL in the middle of a task",
        worker.killed,
    ),
)
