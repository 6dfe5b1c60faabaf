"""Whether the server's memory grows with the requests that it has answered."""

from concurrent.futures import ThreadPoolExecutor

from grader.gates.performance.timed import Timed
from grader.gates.performance.visitor import visit

# A process fills its caches and its heap first.
_WARM, _COUNTED = 600, 1_800
_AT_ONCE = 4
PER = 10_000


def growth_mb(timed: Timed) -> float:
    """MiB by which the server's processes would grow over ``PER`` reads, from what they do over a part of them.

    ``Unfit`` if an answer is wrong.
    """
    process = timed.side.server.process
    _read(timed, _WARM)
    before = process.memory_mb()
    _read(timed, _COUNTED)
    return max(0.0, process.memory_mb() - before) * PER / _COUNTED


def _read(timed: Timed, times: int) -> None:
    posts = [timed.random.choice(timed.visitor.published) for _ in range(times)]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reader") as pool:
        for done in [pool.submit(_one, timed, post) for post in posts]:
            done.result()


def _one(timed: Timed, post: int) -> None:
    asked = visit("", timed.readers["reader"], "GET", f"/posts/{post}/", 200, lambda said: said["id"] == post)
    asked.ask()
    asked.check()
