"""Why an environment cannot be had: because of what a lock asks for, or because an index does not answer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.domain.errors import EnvironmentError_, GraderError


class NotInstallable(Exception):
    """The requirements cannot be installed here; the message says which package and why, without addresses."""


class Unreachable(EnvironmentError_):
    """An index does not answer. Whether a lock or this machine is to blame has still to be found out."""


OtherPython = Literal["ignore", "look", "taken"]


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython, by its own program and not that of a virtual environment, and its version as in ``3.12.1``."""

    program: Path
    version: str


class AnotherPython(GraderError):
    """The project asks for another Python than the one that the grader runs on, and this machine has one."""

    def __init__(self, asked: str, interpreter: Interpreter) -> None:
        super().__init__(f"{asked}, and {interpreter.program} is {interpreter.version}.", "Run the grader on it.")
        self.interpreter = interpreter
