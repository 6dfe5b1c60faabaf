"""The state of the agent's process: where questions come from, what references stand for, the database in use."""
# mypy: ignore-errors

import json
import os
import socket
import tempfile

ROOT = os.getcwd()
LARGEST_REPLY = (1 << 20) - 1024
OPS = {}
AGENT = None


class Agent:
    """The state of this process: where questions come from, what references stand for, the database in use."""

    def __init__(self, control):
        self.control, self.folder = control, tempfile.mkdtemp(prefix="agent-")
        self.databases = -1
        self.kept, self.handler, self.mode, self.captured, self.reads = {}, None, None, None, []
        self.rest, self.engine, self.options = b"", None, {}

    def keep(self, value):
        """Keeps an object for later questions: its number."""
        self.kept[len(self.kept) + 1] = value
        return len(self.kept)

    def file(self, name):
        """Where the SQLite database of that name is."""
        return os.path.join(self.folder, f"{name}.sqlite3")

    def hand_out_folder(self):
        """Gives the folder of the SQLite databases to the trusted side, before anything of the project is loaded."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        socket.send_fds(self.control, [b"F"], [folder])
        os.close(folder)

    def question(self):
        """The next question; the process leaves when there will be none."""
        while b"\n" not in self.rest:
            piece = self.control.recv(1 << 16)
            if not piece:
                os._exit(0)
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)

    def reply(self, number, **outcome):
        """Sends a reply, or word that it would be too large."""
        line = json.dumps({"id": number, **outcome}, allow_nan=False).encode()
        if len(line) > LARGEST_REPLY:
            line = json.dumps({"id": number, "raised": {"type": "AnswerTooLarge", "message": ""}}).encode()
        self.control.sendall(line + b"\n")


def op(function):
    """Makes a function an operation under its own name."""
    OPS[function.__name__] = function
    return function


class AsJson(list):
    """Already encoded."""


def inside(path):
    """A path in the submission, from its root; ``None`` for any other file."""
    path = os.path.abspath(path)
    return os.path.relpath(path, ROOT) if path.startswith(ROOT + os.sep) else None
