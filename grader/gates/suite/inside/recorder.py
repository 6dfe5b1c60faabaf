"""Which lines and branches of the project's files run, and in which test."""

import dis
import functools
import importlib.machinery
import os
import sys
from types import CodeType
from typing import Any

_TOOL = 4  # neither that of debuggers, of coverage.py nor of profilers
OUTSIDE = -1


class Recorder:
    """Watches files by their paths from ``root``, from the moment each is imported."""

    def __init__(self, root: str, measured: "list[str]") -> None:
        self._files = {os.path.realpath(os.path.join(root, name)): name for name in measured}
        self._now: set[tuple[str, int]] = set()
        self._test = OUTSIDE
        self._codes: dict[int, CodeType] = {}
        self._jumps: dict[tuple[int, int], set[int]] = {}
        self._ways = 2
        self._ran: dict[str, dict[int, int]] = {}

    def start(self) -> None:
        """From now on, whatever is imported is watched."""
        monitoring, events = sys.monitoring, sys.monitoring.events
        monitoring.use_tool_id(_TOOL, "grader")
        monitoring.register_callback(_TOOL, events.LINE, self._line)
        branches = [getattr(events, name) for name in ("BRANCH_LEFT", "BRANCH_RIGHT") if hasattr(events, name)]
        self._ways = 1 if branches else 2  # of which nothing more is told once one is no longer asked about
        watched = events.LINE
        for event in branches or [events.BRANCH]:
            monitoring.register_callback(_TOOL, event, self._branch)
            watched |= event
        loader: Any = importlib.machinery.SourceFileLoader
        original = loader.get_code

        def get_code(this: Any, name: str) -> Any:
            code = original(this, name)
            if code is not None and os.path.realpath(code.co_filename) in self._files:
                self._watch(code, watched)
            return code

        loader.get_code = get_code

    def _watch(self, code: CodeType, events: int) -> None:
        sys.monitoring.set_local_events(_TOOL, code, events)
        self._codes[id(code)] = code
        for const in code.co_consts:
            if isinstance(const, CodeType):
                self._watch(const, events)

    def _line(self, code: CodeType, line: int) -> Any:
        self._now.add((code.co_filename, line))
        return sys.monitoring.DISABLE

    def _branch(self, code: CodeType, start: int, end: int) -> Any:
        ends = self._jumps.setdefault((id(code), start), set())
        ends.add(end)
        return sys.monitoring.DISABLE if len(ends) >= self._ways else None

    def begin(self, test: int) -> None:
        """What runs from now on is that test's; ``OUTSIDE`` belongs to none."""
        self._write_down()
        self._test = test
        sys.monitoring.restart_events()

    def _write_down(self) -> None:
        now, self._now = self._now, set()
        for path, line in now:
            name = self._files.get(path) or self._files.get(os.path.realpath(path))
            if name is not None:
                lines = self._ran.setdefault(name, {})
                lines[line] = lines.get(line, 0) | 1 << (self._test + 1)

    def finish(self) -> "tuple[dict[str, dict[int, str]], dict[str, list[list[int]]]]":
        """By file: for each line the tests that ran it; and all branches taken, as ``_taken`` gives each.

        Tests are a number in hexadecimal digits, of which the first bit stands for ``OUTSIDE``, the others for tests.
        """
        self._write_down()
        taken: dict[str, set[tuple[int, ...]]] = {}
        for (code_id, start), ends in list(self._jumps.items()):
            code = self._codes[code_id]
            name = self._files[os.path.realpath(code.co_filename)]
            taken.setdefault(name, set()).update(_taken(code, start, end) for end in list(ends))
        lines = {name: {line: f"{tests:x}" for line, tests in found.items()} for name, found in self._ran.items()}
        return lines, {name: sorted(map(list, found)) for name, found in taken.items()}


def _taken(code: CodeType, start: int, end: int) -> "tuple[int, ...]":
    """Line and column of what decided, of what came next, and of what came after jumps that nobody wrote."""
    places = list(code.co_positions())
    return (*_place(places, start), *_place(places, end), *_place(places, _followed(code, end)))


def _place(places: "list[Any]", offset: int) -> "tuple[int, int]":
    for line, _, column, _ in places[offset // 2 :]:
        if line:
            return line, column or 0
    return 0, 0


def _followed(code: CodeType, offset: int) -> int:
    """Where it goes on, past jumps without a condition; the same place if there is none."""
    for _ in range(8):
        target = _jumps(code).get(offset)
        if target is None:
            break
        offset = target
    return offset


@functools.cache
def _jumps(code: CodeType) -> "dict[int, int]":
    return {
        each.offset: each.argval
        for each in dis.get_instructions(code)
        if each.opname in ("JUMP_BACKWARD", "JUMP_FORWARD", "JUMP_BACKWARD_NO_INTERRUPT")
    }
