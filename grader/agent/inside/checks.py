"""Gives each check a place of its own: a child, or a transaction that is rolled back."""
# mypy: ignore-errors

import contextlib
import ctypes
import gc
import os
import signal
import socket

from . import asks, commands, describing, races, state  # noqa: F401 - each registers its operations
from .answering import answer
from .errors import serialize_exception
from .project import use_database
from .state import op

ANSWERED = 77
PR_SET_DUMPABLE = 4
PRCTL = ctypes.CDLL(None).prctl


def let_others_in(allowed):
    """Whether processes of the same user may read and write this one's memory and descriptors, through /proc too."""
    PRCTL(PR_SET_DUMPABLE, int(allowed), 0, 0, 0)


def in_child(work, beside=lambda: None):
    """Does something in a child of its own, and something else here until it ends: its number, and how it ended."""
    child = os.fork()
    if child == 0:
        try:
            let_others_in(True)  # or its own files below /proc would not be its own
            gc.disable()  # it lives for one check; collecting in it also copies what it shares with its parent
            work()
        finally:
            os._exit(1)
    beside()
    return child, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def begin_fork(question):
    """A child for this check; when it has ended, however it did, the parent says so."""

    def work():
        os.setsid()
        answer({"id": question["id"], "op": "enter", "with": question["with"]})
        serve()

    child, status = in_child(work)
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    state.AGENT.reply(question["id"], ended=status)


@op
def enter(mode, database=None):
    """In the child of a check: takes its database."""
    state.AGENT.mode = mode
    if database is not None:
        use_database(database)


def begin_savepoint(question):
    """A transaction for this check, in the process and the database that all checks share."""
    block = None
    try:
        block = enter_savepoint(**question["with"])
        state.AGENT.reply(question["id"], ok=None)
        serve()
    except Exception as error:
        state.AGENT.reply(question["id"], raised=serialize_exception(error))
    finally:
        with contextlib.suppress(Exception):
            roll_back(block)
    state.AGENT.kept.clear()
    state.AGENT.reply(question["id"], ended=0)


def enter_savepoint(mode, database):
    """Begins the transaction of a check."""
    from django.core.cache import caches
    from django.db import transaction

    if state.AGENT.mode is None:
        enter(mode, database)
    with contextlib.suppress(Exception):
        caches["default"].clear()
    block = transaction.atomic()
    block.__enter__()
    return block


def roll_back(block):
    """Undoes all that a check has done."""
    from django.db import transaction

    if block is not None:
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


def serve():
    """Answers until the check ends: a child then leaves, a savepoint is rolled back."""
    while (question := state.AGENT.question())["op"] != "end":
        answer(question)
    if state.AGENT.mode != "savepoint":
        os._exit(0)


def apart(question):
    """Answers in a child, so that nothing that the project does there stays in the parent.

    The answer is passed on when the child has gone: whoever reads it may end every process but this one at once.
    """
    ours, theirs = socket.socketpair()
    received = []

    def work():
        state.AGENT.control = theirs
        answer(question)
        os._exit(ANSWERED)

    def receive():
        theirs.close()
        while piece := ours.recv(1 << 16):
            received.append(piece)
            if piece.endswith(b"\n"):
                break

    with ours, theirs:
        _, status = in_child(work, receive)
    if status == ANSWERED:
        state.AGENT.control.sendall(b"".join(received))
    else:
        state.AGENT.reply(question["id"], ended=status)


def main(arguments):
    """The parent: answers on the descriptor that it was given, and gives each check a place of its own."""
    let_others_in(False)  # a check's process is the same user's: what it wrote here, later checks would begin with
    state.AGENT = state.Agent(socket.socket(fileno=arguments[0]))
    state.AGENT.hand_out_folder()
    while True:
        question = state.AGENT.question()
        if question["op"] == "migrate":
            apart(question)
        elif question["op"] == "begin":
            (begin_savepoint if question["with"]["mode"] == "savepoint" else begin_fork)(question)
        else:
            answer(question)
