"""Calls at the same moment: in processes of their own, begun together however long it takes until all are ready."""

from pathlib import Path

import pytest

from grader.domain.status import Status

pytestmark = pytest.mark.slow
HEAD = """
import time

from grader.checkpoint import check, later

@check("db.race", database="postgres")
"""
SERVICES = """
import os
import threading
import time

from django.db import connection
from django.db.backends.signals import connection_created
from posts.models import Tag

LOCK, STARTED = threading.Lock(), os.getpid()


def numbered(stem):
    with LOCK:
        number = Tag.objects.count()
        time.sleep(0.3)
        Tag.objects.create(name=f"{stem}{number}")
        connection.close()


def by_threads(stem):
    found = []

    def run():
        try:
            numbered(stem)
        except Exception as error:
            found.append(type(error).__name__)

    threads = [threading.Thread(target=run) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return found


def whoami():
    return os.getpid()


def late(**kwargs):
    if os.getppid() == STARTED and os.getpid() % 2:
        time.sleep(6)


connection_created.connect(late)
"""
LOCKED = """
def test_it(app, db):
    '''A lock between threads keeps threads apart, which is the control, and processes not.'''
    assert app.call("posts.services:by_threads", "a") == []
    outcomes = app.race([later(app.get("posts.services:numbered"), "b") for _ in range(2)])
    assert [o.raised.type for o in outcomes if o.raised] == ["IntegrityError"]
    assert db.count("posts_tag") == 3
"""
LATE = """
def test_it(app):
    '''One of two processes, or both, have their connection six seconds later.'''
    numbers, began = [later(app.get("posts.services:whoami")) for _ in range(2)], time.monotonic()
    outcomes = app.race(numbers, atomic=True)
    assert [o.raised for o in outcomes] == [None, None]
    assert len({o.value for o in outcomes}) == 2
    assert time.monotonic() - began > 6
"""
GONE = """
def test_it(app):
    '''A process that ends has no outcome.'''
    app.race([later(app.get("os:_exit"), 0), later(app.get("posts.services:whoami"))])
"""


def raced(run, tmp_path: Path, text: str):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "test_it.py").write_text(HEAD.lstrip() + text.lstrip())
    (found,) = run({"src/apps/posts/services.py": "+" + SERVICES}, checks=tmp_path, database="postgres").observations
    return found


@pytest.mark.parametrize("text", [LOCKED, LATE], ids=["locked", "late"])
def test_it_holds(run, tmp_path: Path, text: str) -> None:
    found = raced(run, tmp_path, text)
    assert (found.status, found.observed, found.fault) == (Status.PASSED, "", "")


def test_a_process_that_ends_is_said(run, tmp_path: Path) -> None:
    found = raced(run, tmp_path, GONE)
    assert (found.status, found.observed) == (
        Status.FAILED,
        "Your project did not finish calls that were running at the same time.",
    )
