"""Gives each check a place of its own: a child, or a transaction that is rolled back."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import socket
import types

from . import ahead, asks, commands, describing, project, races
from .channel import Channel
from .errors import serialize_exception
from .process import Agent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

ANSWERED = 77
PR_SET_DUMPABLE = 4


def enter(agent: Agent, mode: str, database: Mapping[str, Any] | None = None) -> None:
    """In the child of a check: takes its database."""
    agent.mode = mode
    if database is not None:
        project.use_database(agent, database)


OPERATIONS: Mapping[str, Callable[..., Any]] = types.MappingProxyType(
    {
        operation.__name__: operation
        for operation in (
            *(
                asks.evaluate,
                asks.batch,
                asks.client,
                asks.request,
                asks.sql,
                asks.capture,
                asks.historical,
                asks.unapplied,
            ),
            *(asks.settings, asks.environ, commands.migrate, commands.manage, commands.core, commands.script),
            *(ahead.preload, ahead.note, ahead.noted),
            *(describing.describe, enter, project.setup, project.warm, project.urls, project.disconnect, races.race),
        )
    }
)


def set_dumpable(allowed: bool) -> None:
    """Whether processes of the same user may read and write this one's memory and descriptors, through /proc too."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, int(allowed), 0, 0, 0)


def run_in_child(work: Callable[[], None], in_parent: Callable[[], None] = lambda: None) -> tuple[int, int]:
    """Does ``work`` in a child and ``in_parent`` here until it ends: its process number, and how it ended."""
    child = os.fork()
    if child == 0:
        try:
            set_dumpable(True)  # or its own files below /proc would not be its own
            gc.disable()  # it lives for one check; collecting in it also copies what it shares with its parent
            work()
        finally:
            os._exit(1)
    in_parent()
    return child, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def begin_fork(agent: Agent, question: dict[str, Any]) -> None:
    """A child for this check; when it has ended, however it did, the parent says so."""

    def work() -> None:
        os.setsid()
        agent.answer({"id": question["id"], "op": "enter", "with": question["with"]})
        serve(agent)

    child, status = run_in_child(work)
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    agent.channel.reply(question["id"], ended=status)


def begin_savepoint(agent: Agent, question: dict[str, Any]) -> None:
    """A transaction for this check, in the process and the database that all checks share."""
    block = None
    try:
        block = enter_savepoint(agent, **question["with"])
        agent.channel.reply(question["id"], ok=None)
        serve(agent)
    except Exception as error:
        agent.channel.reply(question["id"], raised=serialize_exception(error, agent.root))
    finally:
        with contextlib.suppress(Exception):
            roll_back(block)
    agent.objects.clear()
    agent.channel.reply(question["id"], ended=0)


def enter_savepoint(agent: Agent, mode: str, database: Mapping[str, Any] | None) -> Any:
    """Begins the transaction of a check."""
    from django.core.cache import caches
    from django.db import transaction

    if agent.mode is None:
        enter(agent, mode, database)
    with contextlib.suppress(Exception):
        caches["default"].clear()
    block = transaction.atomic()
    block.__enter__()
    return block


def roll_back(block: Any) -> None:
    """Undoes all that a check has done."""
    from django.db import transaction

    if block is not None:
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


def serve(agent: Agent) -> None:
    """Answers until the check ends: a child then leaves, a savepoint is rolled back."""
    while (question := agent.channel.question())["op"] != "end":
        agent.answer(question)
    if agent.mode != "savepoint":
        os._exit(0)


def answer_in_child(agent: Agent, question: dict[str, Any]) -> None:
    """Answers in a child, so that nothing that the project does there stays in the parent.

    The answer is passed on when the child has gone: whoever reads it may end every process but this one at once.
    """
    ours, theirs = socket.socketpair()
    received: list[bytes] = []

    def work() -> None:
        agent.channel = Channel(theirs)
        agent.answer(question)
        os._exit(ANSWERED)

    def receive() -> None:
        theirs.close()
        while piece := ours.recv(1 << 16):
            received.append(piece)
            if piece.endswith(b"\n"):
                break

    with ours, theirs:
        _, status = run_in_child(work, receive)
    if status == ANSWERED:
        agent.channel.control.sendall(b"".join(received))
    else:
        agent.channel.reply(question["id"], ended=status)


def main(descriptors: Sequence[int]) -> None:
    """The parent: answers on the descriptor that it was given, and gives each check a place of its own."""
    set_dumpable(False)  # a check's process is the same user's: what it wrote here, later checks would begin with
    agent = Agent(Channel(socket.socket(fileno=descriptors[0])), OPERATIONS, os.getcwd())
    agent.hand_out_folder()
    while True:
        question = agent.channel.question()
        if question["op"] == "migrate":
            answer_in_child(agent, question)
        elif question["op"] == "begin":
            (begin_savepoint if question["with"]["mode"] == "savepoint" else begin_fork)(agent, question)
        else:
            agent.answer(question)
