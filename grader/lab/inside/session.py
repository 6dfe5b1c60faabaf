"""A notebook's kernel in a sandbox: runs cells, calls their functions with values, and never sees a test.

Started as ``session.py FD INSIDE``: FD is the socket on which it is asked, INSIDE the folder of the agent's modules,
whose language it speaks.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import os
import signal
import socket
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

NAME = "grader-inside"
LONGEST_OUTPUT = 20_000
SOFT_S, WALL_FACTOR = 10.0, 4.0


class TakesTooLong(BaseException):
    """A cell or a call that is interrupted, as Jupyter's stop button would."""


def load(folder: str, module: str) -> Any:
    """A module of the agent's package, whose folder is not on the path of imports."""
    if NAME not in sys.modules:
        place = f"{folder}/__init__.py"
        spec = importlib.util.spec_from_file_location(NAME, place, submodule_search_locations=[folder])
        assert spec is not None
        assert spec.loader is not None
        sys.modules[NAME] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[NAME])
    return importlib.import_module(f"{NAME}.{module}")


def shell() -> Any:
    """IPython's shell in this process: magics, top-level await and shown last values, as in a notebook."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"
    return InteractiveShell.instance(config=config)


def waited() -> float:
    """Seconds for which this process has been ready to run and had no processor; 0 where the kernel does not say."""
    try:
        return int(Path("/proc/self/schedstat").read_text("ascii").split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return 0.0


class Alarm:
    """Raises ``TakesTooLong`` in what runs for ``SOFT_S`` seconds, not counting those in which others had the
    processors; of these at most so many times more.
    """

    def __enter__(self) -> None:
        self._began, self._waited = time.monotonic(), waited()
        signal.signal(signal.SIGALRM, self._rung)
        signal.setitimer(signal.ITIMER_REAL, SOFT_S)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _rung(self, number: int, frame: FrameType | None) -> None:
        elapsed = time.monotonic() - self._began
        left = SOFT_S - (elapsed - (waited() - self._waited))
        if left <= 0.1 or elapsed > WALL_FACTOR * SOFT_S:
            raise TakesTooLong
        signal.setitimer(signal.ITIMER_REAL, left)


class Bounded(io.TextIOBase):
    """What is written, as far as ``LONGEST_OUTPUT`` characters; of the rest only how much it was."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = LONGEST_OUTPUT
        self._over = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Keeps what there is room for."""
        kept = text[: self._room]
        self._parts.append(kept)
        self._room -= len(kept)
        self._over += len(text) - len(kept)
        return len(text)

    def text(self) -> str:
        """What was kept, as UTF-8 can carry it, and a word on the rest."""
        more = f"\n… ({self._over:,} more characters)" if self._over else ""
        return ("".join(self._parts) + more).encode("utf-8", "replace").decode()


class Kernel:
    """Answers the questions of the trusted side, each within ``SOFT_S`` seconds if the code lets itself be ended."""

    def __init__(self, channel: Any, values: Any) -> None:
        from IPython.utils.capture import capture_output

        self._shell, self._captured = shell(), capture_output
        self._channel, self._values = channel, values
        self.open = ""  # the number of the question that waits for an answer

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """``{"ok": …}``, or ``{"raised": …}`` with the type's name and those of its bases, and no text."""
        try:
            with Alarm():
                return {"ok": getattr(self, f"op_{question['op']}")(**question["with"])}
        except BaseException as error:
            bases = [one.__name__[:100] for one in type(error).__mro__][:20]
            return {"raised": {"type": bases[0], "bases": bases, "message": ""}}

    def op_ready(self) -> Any:
        """Asked first, so that making the shell is no part of a cell's time."""
        return True

    def op_cell(self, source: str) -> Any:
        """What the cell wrote, and the type of the exception that ended it."""
        written = Bounded()
        with redirect_stdout(written), redirect_stderr(written), self._captured(False, False, True) as captured:
            done = self._shell.run_cell(source, store_history=True)
        for shown in captured.outputs:
            written.write(_plain(shown))
        error = done.error_before_exec or done.error_in_exec
        name = type(error).__name__[:100] if error is not None else ""
        return {"$": "dict", "v": [["text", written.text()], ["error", name]]}

    def op_kind(self, name: str) -> Any:
        """What the name stands for: ``missing``, ``callable``, ``exception``, or ``value`` and the value."""
        names = self._shell.user_ns
        if name not in names:
            return ["missing", None]
        found = names[name]
        if isinstance(found, type) and issubclass(found, BaseException):
            return ["exception", None]
        return ["callable", None] if callable(found) else ["value", self._encoded(found)]

    def op_call(self, name: str, args: Any, kwargs: Any, functions: list[int]) -> Any:
        """``returned`` and what the function of that name returns; before that, ``asks`` for each call that it makes of
        the trusted side's ``functions``, which stand at these places of its arguments.
        """
        decode = self._values.decode
        given = decode(args)
        for place in functions:
            given[place] = self._outside(place)
        return ["returned", self._encoded(self._shell.user_ns[name](*given, **decode(kwargs)))]

    def _outside(self, place: int) -> Any:
        """A function of the trusted side: calling it answers the question that is open, and waits for the next one."""

        def ask(*args: Any) -> Any:
            self._channel.reply(self.open, ok=["asks", place, self._encoded(list(args))])
            question = self._channel.question()
            self.open = question["id"]
            if question["op"] != "answered":
                raise RuntimeError("this function answers no more")
            return self._values.decode(question["with"]["value"])

        return ask

    def _encoded(self, value: Any) -> Any:
        return self._values.encode(value, self._values.no_reference)


def _plain(shown: Any) -> str:
    data = getattr(shown, "data", None) or {}
    text = data.get("text/plain", "") if isinstance(data, dict) else ""
    return f"{text}\n" if isinstance(text, str) and text else ""


def main(number: int, folder: str) -> None:
    """Answers until nobody asks any more."""
    channel = load(folder, "channel").Channel(socket.socket(fileno=number))
    channel.control.set_inheritable(False)
    kernel = Kernel(channel, load(folder, "values"))
    sys.stdin = io.StringIO()
    while True:
        question = channel.question()
        kernel.open = question["id"]
        answer = kernel.answer(question)
        try:
            channel.reply(kernel.open, **answer)
        except (ValueError, TypeError, RecursionError) as error:  # a number of more digits than JSON can carry
            name = type(error).__name__
            channel.reply(kernel.open, raised={"type": name, "bases": [name], "message": ""})


if __name__ == "__main__":
    os.environ["IPYTHONDIR"] = os.environ.get("HOME", "/tmp") + "/ipython"
    main(int(sys.argv[1]), sys.argv[2])
