"""Runs calls at the same moment, each in a process and on a connection of its own, as production's workers are.

Nothing that a process keeps to itself, such as a lock between its threads, holds the others back.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time

from .asks import follow
from .errors import serialize_exception
from .project import use_database
from .values import Encoded, encode, no_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .process import Agent

    Program = tuple[int | str, Sequence[Any]]  # a root and the steps from it

# How long a transaction stays open for the others, one of which may be waiting for its end.
OPEN_S = 0.5


def race(agent: Agent, programs: Sequence[Program], atomic: bool = False) -> Encoded:
    """Begins all calls when every process has reported that it is ready; ``atomic``: in transactions that overlap.

    An outcome is ``[True, value]``, ``[False, what was raised]``, or ``None`` for a process that has ended before. What
    has no plain form is a reference that can be compared and not followed: its object went with its process.
    """
    runners = [Runner(agent, program, atomic) for program in programs]
    try:
        for word in ("ready", *(["done"] if atomic else [])):
            wait_for(runners, word, None if word == "ready" else OPEN_S)
            for runner in runners:
                runner.send("go on")
        wait_for(runners, "over", None)
    finally:
        for runner in runners:
            runner.end()
    return Encoded([runner.outcome for runner in runners])


def wait_for(runners: Sequence[Runner], word: str, patience: float | None) -> None:
    """Reads until each runner has reported the word or has ended; ``patience``: seconds after the first of them."""
    first = None
    while waiting := [r for r in runners if word not in r.reported and not r.ended]:
        if first is None and len(waiting) < len(runners):
            first = time.monotonic()
        left = None if patience is None or first is None else max(0.0, first + patience - time.monotonic())
        ready = select.select([r.line for r in waiting], [], [], left)[0]
        if not ready:
            return
        for runner in (r for r in waiting if r.line in ready):
            runner.receive()


class Runner:
    """One process of a race, as its parent sees it."""

    def __init__(self, agent: Agent, program: Program, atomic: bool) -> None:
        self.line, theirs = socket.socketpair()
        self.reported: set[str] = set()
        self.ended = False
        self.outcome: list[Any] | None = None
        self._unread = b""
        self._child = os.fork()
        if self._child == 0:
            try:
                self.line.close()
                run(agent, program, atomic, theirs)
            finally:
                os._exit(1)
        theirs.close()

    def send(self, word: str) -> None:
        """Sends a word."""
        with contextlib.suppress(OSError):
            self.line.sendall(word.encode() + b"\n")

    def receive(self) -> None:
        """Takes what has come: words, or the outcome."""
        piece = self.line.recv(1 << 16)
        self.ended = not piece
        *lines, self._unread = (self._unread + piece).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if isinstance(message, list):
                self.outcome, message = message, "over"
            self.reported.add(message)

    def end(self) -> None:
        """Kills the process if it is still there."""
        self.line.close()
        with contextlib.suppress(OSError):
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)


def run(agent: Agent, program: Program, atomic: bool, line: socket.socket) -> None:
    """In the process itself: connects, waits for the others, calls, and sends what came of it."""
    from django.db import connection

    use_database(agent, None)
    try:
        connection.ensure_connection()
        outcome = [True, called(agent, program, atomic, lambda word: take_turn(line, word))]
    except BaseException as error:
        outcome = [False, serialize_exception(error, agent.root)]
    connection.close()
    send(line, outcome)
    os._exit(0)


def called(agent: Agent, program: Program, atomic: bool, turn: Callable[[str], None]) -> Any:
    """What the call gives, encoded; ``turn`` waits for the others before it and, if ``atomic``, before the commit."""
    from django.db import transaction

    with transaction.atomic() if atomic else contextlib.nullcontext():
        turn("ready")
        value = encode(follow(agent, *program), no_reference)
        if atomic:
            turn("done")
    return value


def take_turn(line: socket.socket, word: str) -> None:
    """Sends the word, and waits for one from the parent."""
    send(line, word)
    line.recv(64)


def send(line: socket.socket, message: Any) -> None:
    """Sends one line of JSON."""
    line.sendall(json.dumps(message).encode() + b"\n")
