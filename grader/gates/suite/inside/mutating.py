"""Runs tests against changed modules, each change in a child of its own: by swapped code, or imported anew.

A job is ``{"id", "path", "text", "tests", "warm", "also"}``, where ``also`` are pairs of one more path and text. Warm
ones are forked after collection, with the session's fixtures made: the functions of the module get the code that the
changed text compiles to. Others are forked before anything of the project is imported. An outcome is ``[id, word, test,
ms]``: ``killed`` by a test, ``survived``, ``timeout``, or ``error`` for what did not get as far as a test.
"""

import contextlib
import functools
import gc
import importlib
import importlib.machinery
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any

_waiting: Any = importlib.import_module(f"{__name__.rpartition('.')[0]}.waiting")
_EXIT = {"K": "killed", "S": "survived", "E": "error", "": "error"}
_LONGEST = 9_000
_WALL_FACTOR = 5.0


def in_child(work: "Callable[[], tuple[str, str]]", within_s: float) -> "tuple[str, str, float]":
    """What ``work`` gives, a letter and a text, in a fork, and its seconds; whatever it leaves running ends with it.

    What it waits for a processor that others have does not count, up to ``_WALL_FACTOR`` times ``within_s`` in all.
    """
    began = time.monotonic()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setpgid(0, 0)
        try:
            letter, text = work()
        except BaseException as error:
            letter, text = "E", f"{type(error).__name__}: {error}"
        os.write(writing, f"{letter}{text}".encode()[:_LONGEST])
        os._exit(0)
    os.close(writing)
    ready = _ready(reading, child, within_s)
    answer = _read(reading) if ready else None
    seconds = max(0.0, time.monotonic() - began - _waiting.waited(child))
    os.close(reading)
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    word, text = ("timeout", "") if answer is None else (_EXIT.get(answer[:1], "error"), answer[1:])
    return word, text, seconds


def _ready(reading: int, child: int, within_s: float) -> bool:
    """Whether the child answers in its time."""
    began = time.monotonic()
    while (elapsed := time.monotonic() - began) < _WALL_FACTOR * within_s:
        left = within_s - (elapsed - _waiting.waited(child))
        if left <= 0:
            return False
        if select.select([reading], [], [], min(left, _WALL_FACTOR * within_s - elapsed))[0]:
            return True
    return False


def _read(reading: int) -> str:
    """All of it, up to the first pause that is long."""
    parts = []
    while select.select([reading], [], [], 5.0)[0] and (part := os.read(reading, _LONGEST)):
        parts.append(part)
    return b"".join(parts)[:_LONGEST].decode(errors="replace")


def run_cold(order: "dict[str, Any]", run: "Callable[[dict[str, Any], Any], int]", watch: Any) -> None:
    """The jobs for which the project has to be imported anew."""
    left = order["jobs_s"]
    for job in order["jobs"]:
        if job["warm"] or left <= 0:
            continue

        def work(job: "dict[str, Any]" = job) -> "tuple[str, str]":
            if job["text"]:
                _import_changed(_changed(job))
            options = [*order["options"], *(["--nomigrations"] if order["runner"] == "pytest" else [])]
            own = {"jobs": [], "only": job["tests"], "stop": bool(job["text"]), "options": options}
            status = run({**order, **own}, watch)
            failed = [name for name, outcome, _ in watch.tests if outcome == "failed"]
            return ("S", "") if status == 0 else ("K", "\n".join(failed))

        word, text, seconds = in_child(work, order["job_s"] * 4)
        watch.outcome(job["id"], word, text, seconds)
        left -= seconds


def _changed(job: "dict[str, Any]") -> "dict[str, str]":
    """The other texts, by the paths of the modules."""
    return {os.path.realpath(path): text for path, text in [(job["path"], job["text"]), *job["also"]]}


def _import_changed(texts: "dict[str, str]") -> None:
    loader: Any = importlib.machinery.SourceFileLoader
    original = loader.get_code

    def get_code(this: Any, name: str) -> Any:
        text = texts.get(os.path.realpath(this.path))
        if text is not None:
            return compile(text, this.path, "exec", dont_inherit=True)
        return original(this, name)

    loader.get_code = get_code


class Mutating:
    """A plugin of pytest that runs the warm jobs in place of the tests."""

    def __init__(self, order: "dict[str, Any]", watch: Any) -> None:
        self._jobs = [job for job in order["jobs"] if job["warm"]]
        self._within_s, self._watch = order["job_s"], watch
        self._left = order["jobs_s"]
        self._functions: dict[str, list[FunctionType]] = {}
        self._next: Any = None

    def pytest_runtestloop(self, session: Any) -> bool:
        """Every job, after a first test for whose sake all that belongs to the session has been made."""
        items = {item.nodeid: item for item in session.items}
        if not items:
            return True
        # What comes "next" is never run: it keeps pytest from ending what belongs to the session, databases included.
        self._next = SimpleNamespace(listchain=lambda: [session])
        _run_test(_with_database(list(items.values())), self._next)
        _disconnect()
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                path = os.path.realpath(each.__code__.co_filename)
                self._functions.setdefault(path, []).append(each)
        gc.freeze()
        for job in self._jobs:
            if self._left <= 0:
                break
            tests = [items[name] for name in job["tests"] if name in items]
            work = functools.partial(self._job, job, tests)
            word, text, seconds = in_child(work, self._within_s)
            self._watch.outcome(job["id"], word, text, seconds)
            self._left -= seconds
        return True

    def _job(self, job: "dict[str, Any]", tests: "list[Any]") -> "tuple[str, str]":
        if job["text"] and not self._swap_all(_changed(job)):
            return "E", "no function of that name lives"
        failed = []
        for n, item in enumerate(tests):
            if _run_test(item, tests[n + 1] if n + 1 < len(tests) else self._next):
                if job["text"]:
                    return "K", item.nodeid
                failed.append(item.nodeid)
        return ("K", "\n".join(failed)) if failed else ("S", "")

    def _swap_all(self, texts: "dict[str, str]") -> int:
        """How many functions have got other code. Modules that nothing has imported yet are imported changed."""
        later = {path: text for path, text in texts.items() if path not in self._functions}
        if later:
            _import_changed(later)
        return len(later) + sum(self._swap(path, text) for path, text in texts.items() if path not in later)

    def _swap(self, path: str, text: str) -> int:
        with open(path, encoding="utf-8") as file:
            before = dict(_codes(compile(file.read(), path, "exec", dont_inherit=True)))
        after = dict(_codes(compile(text, path, "exec", dont_inherit=True)))
        changed = {name for name, code in before.items() if name in after and after[name] != code}
        count = 0
        for function in self._functions.get(path, ()):
            name = function.__code__.co_qualname
            if name in changed and after[name].co_freevars == function.__code__.co_freevars:
                function.__code__ = after[name]
                count += 1
        return count


def _codes(code: CodeType) -> "Iterator[tuple[str, CodeType]]":
    for const in code.co_consts:
        if isinstance(const, CodeType):
            if not const.co_name.startswith("<"):
                yield const.co_qualname, const
            yield from _codes(const)


def _run_test(item: Any, following: Any) -> bool:
    """Whether it failed in any of its phases."""
    from _pytest.runner import runtestprotocol

    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _with_database(items: "list[Any]") -> Any:
    for item in items:
        if (
            item.get_closest_marker("django_db")
            or "db" in item.fixturenames
            or "_django_db_helper" in item.fixturenames
        ):
            return item
    return items[0]


def _disconnect() -> None:
    """Children must not share a connection: each makes its own."""
    from django.db import connections

    connections.close_all()
