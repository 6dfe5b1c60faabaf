"""Runs calls at the same moment, each in a process and on a connection of its own, as production's workers are.

Nothing that a process keeps to itself, such as a lock between its threads, holds the others back.
"""
# mypy: ignore-errors

import contextlib
import json
import os
import select
import signal
import socket
import time

from . import state
from .asks import follow
from .errors import serialize_exception
from .project import use_database
from .state import AsJson, op
from .values import encode

# How long a transaction stays open for the others, one of which may be waiting for its end.
OPEN_S = 0.5


@op
def race(programs, atomic=False):
    """Begins all calls when every process has said that it is ready; ``atomic``: in transactions that overlap.

    An outcome is ``[True, value]``, ``[False, what was raised]``, or ``None`` for a process that has ended before. What
    has no plain form is a reference that can be compared and not followed: its object went with its process.
    """
    runners = [Runner(program, atomic) for program in programs]
    try:
        for word in ("ready", *(["done"] if atomic else [])):
            gather(runners, word, None if word == "ready" else OPEN_S)
            for runner in runners:
                runner.tell("go on")
        gather(runners, "over", None)
    finally:
        for runner in runners:
            runner.end()
    return AsJson([runner.outcome for runner in runners])


def gather(runners, word, patience):
    """Reads until each runner has said the word or has ended; ``patience``: so many seconds after the first of them."""
    first = None
    while waiting := [r for r in runners if word not in r.said and not r.ended]:
        if first is None and len(waiting) < len(runners):
            first = time.monotonic()
        left = None if patience is None or first is None else max(0.0, first + patience - time.monotonic())
        ready = select.select([r.line for r in waiting], [], [], left)[0]
        if not ready:
            return
        for runner in (r for r in waiting if r.line in ready):
            runner.hear()


class Runner:
    """One process of a race, as its parent sees it."""

    def __init__(self, program, atomic):
        self.line, theirs = socket.socketpair()
        self.said, self.ended, self.outcome, self.rest = set(), False, None, b""
        self.child = os.fork()
        if self.child == 0:
            try:
                self.line.close()
                run(program, atomic, theirs)
            finally:
                os._exit(1)
        theirs.close()

    def tell(self, word):
        """Sends a word."""
        with contextlib.suppress(OSError):
            self.line.sendall(word.encode() + b"\n")

    def hear(self):
        """Takes what has come: words, or the outcome."""
        piece = self.line.recv(1 << 16)
        self.ended = not piece
        *lines, self.rest = (self.rest + piece).split(b"\n")
        for line in lines:
            told = json.loads(line)
            if isinstance(told, list):
                self.outcome, told = told, "over"
            self.said.add(told)

    def end(self):
        """Kills the process if it is still there."""
        self.line.close()
        with contextlib.suppress(OSError):
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)


def run(program, atomic, line):
    """In the process itself: connects, waits for the others, calls, and tells what came of it."""
    from django.db import connection, transaction

    def say(what):
        line.sendall(json.dumps(what).encode() + b"\n")

    def turn(word):
        say(word)
        line.recv(64)

    state.AGENT.keep = lambda value: 0
    use_database(None)
    try:
        connection.ensure_connection()
        with transaction.atomic() if atomic else contextlib.nullcontext():
            turn("ready")
            value = encode(follow(*program))
            if atomic:
                turn("done")
        outcome = [True, value]
    except BaseException as error:
        outcome = [False, serialize_exception(error)]
    connection.close()
    say(outcome)
    os._exit(0)
