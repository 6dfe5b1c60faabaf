"""A program: executes the tests of a notebook, away from the learner's code, whose functions it calls over a socket.

Started as ``judge.py FD`` with the steps as JSON on its input; for each of them it writes one line of JSON. It is
ended by its own limits or by whoever started it: values of the learner's may make a test compute for ever.
"""

import builtins
import ctypes
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from symtable import SymbolTable, symtable
from types import TracebackType
from typing import Any

from grader.agent.client import AgentFault
from grader.agent.raised import Raised
from grader.agent.wire import Ref
from grader.lab.channel import GONE, TOO_LONG, Kernel, sentence
from grader.lab.nouns import Outcome, Step
from grader.sandbox.load import usage

MEMORY_BYTES = 1 << 30
CPU_S = 120
NOT_STARTED = 17  # the exit code that says so
_PR_SET_PDEATHSIG = 1
_FILE = "<tests>"


class Gone(Exception):
    """The learner's code ended, hung or answered with something that is no value; ``unsure`` as of ``AgentFault``."""

    def __init__(self, sentence: str, unsure: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.unsure = sentence, unsure


class Opaque:
    """An object of the learner's that is no plain value: it equals nothing but itself and can do nothing."""

    def __repr__(self) -> str:
        return "<an object that is no plain value>"


class Namespace(dict[str, Any]):
    """The globals of the tests. Names that they and the given cells do not set are the learner's."""

    def __init__(self) -> None:
        super().__init__(__name__="tests")
        self._own: set[str] = set()
        self._exceptions: dict[str, type[Exception]] = {}

    def run(self, source: str, kernel: Kernel | None) -> None:
        """Executes course code; without a kernel it refers to nothing of the learner's. Raises what it raises."""
        table = symtable(source, _FILE, "exec")
        own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        self._own |= own
        if kernel is not None:
            for name in _referenced(table) - self._own - set(dir(builtins)):
                self._learn(name, kernel)
        exec(compile(source, _FILE, "exec"), self)

    def _learn(self, name: str, kernel: Kernel) -> None:
        self.pop(name, None)
        try:
            kind, value = kernel.kind(name)
        except Raised as raised:
            raise Gone("A value took too long to be read.", raised.type == TOO_LONG) from None
        except AgentFault as fault:
            raise Gone(sentence(fault), fault.unsure) from None
        match kind:
            case "callable":
                self[name] = self._proxy(name, kernel)
            case "exception":
                self[name] = self._exceptions.setdefault(name, type(name, (Exception,), {}))
            case "value":
                self[name] = opaque(value)

    def _proxy(self, name: str, kernel: Kernel) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return opaque(kernel.call(name, [_outside(arg) for arg in args], kwargs))
            except Raised as raised:
                if raised.type == TOO_LONG:
                    raise Gone(f"`{name}` did not return in time.", unsure=True) from None
                raise self._counterpart(raised)() from None
            except AgentFault as fault:
                raise Gone(sentence(fault), fault.unsure) from None

        call.__name__ = name
        return call

    def _counterpart(self, raised: Raised) -> type[Exception]:
        """The class of this side that stands for what was raised: one that the tests name, or a built-in one."""
        for base in raised.bases:
            name = base.rpartition(".")[2]
            found = self._exceptions.get(name) or getattr(builtins, name, None)
            if isinstance(found, type) and issubclass(found, Exception) and _is_plain(found):
                return found
        return RuntimeError


def _is_plain(found: type[Exception]) -> bool:
    """Whether it can be made without arguments; the others are errors of decoding."""
    return not issubclass(found, UnicodeError) or found is UnicodeError


def _outside(arg: Any) -> Any:
    """A function of the tests, which is given the learner's values as tests see them; any other argument as it is."""
    return (lambda *values: arg(*map(opaque, values))) if callable(arg) else arg


def _referenced(table: SymbolTable) -> set[str]:
    """Names that the code reads of its globals, in functions and comprehensions too."""
    return set(_names(table))


def _names(table: SymbolTable) -> Iterator[str]:
    top = table.get_type() == "module"
    yield from (s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global()))
    for child in table.get_children():
        yield from _names(child)


def opaque(value: Any) -> Any:
    """The value, with what stayed in the sandbox as an object that can do nothing."""
    match value:
        case Ref():
            return Opaque()
        case list():
            return [opaque(one) for one in value]
        case tuple():
            return tuple(opaque(one) for one in value)
        case dict():
            return {opaque(key): opaque(one) for key, one in value.items()}
        case set():
            return {opaque(one) for one in value}
    return value


def judged(steps: list[Step], kernel: Kernel) -> Iterator[Outcome]:
    """What each step gave, in turn. Of the tests' own exceptions only the type and the line are told."""
    names = Namespace()
    for step in steps:
        if step.role == "tests":
            yield _tested(step.source, names, kernel)
            continue
        outcome = kernel.run(step.source)
        if step.role == "given":
            names.run(step.source, None)
        yield outcome


def _tested(source: str, names: Namespace, kernel: Kernel) -> Outcome:
    try:
        names.run(source, kernel)
    except Gone as gone:
        return Outcome(gone.sentence, GONE, _line(gone.__traceback__), gone.unsure)
    except (Exception, SystemExit) as error:
        return Outcome("", type(error).__name__, _line(error.__traceback__))
    return Outcome()


def _line(trace: TracebackType | None) -> int:
    """The line of the test cell that was being executed, the outermost one; 0 where it had not begun."""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE:
            return trace.tb_lineno
        trace = trace.tb_next
    return 0


def read_steps(data: bytes) -> list[Step]:
    """The steps of the input."""
    given: list[Mapping[str, Any]] = json.loads(data)
    return [Step(**one) for one in given]


def main(number: int) -> None:
    """Writes a line for each step, as soon as it is known."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    steps = read_steps(sys.stdin.buffer.read())
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)  # nothing that a test prints is an outcome
        grading = os.getppid()  # its sandbox is below it, and so is this program
        kernel = Kernel(socket.socket(fileno=number), lambda: usage(grading))
        try:
            kernel.ready()  # before any code of the learner's: if this fails, it is the machine's fault
        except (AgentFault, Raised) as fault:
            sys.stderr.write(f"the kernel does not start: {fault}\n")
            sys.exit(NOT_STARTED)
        for outcome in judged(steps, kernel):
            out.write(json.dumps(asdict(outcome)) + "\n")
            out.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
