"""The same command again, by a grader that runs on the Python that a project asks for."""

import os
import sys
from pathlib import Path

from grader.cli.console import err, escape, progress
from grader.domain.errors import EnvironmentError_
from grader.domain.progress import Progress
from grader.environment.faults import AnotherPython, OtherPython
from grader.environment.interpreters import grader_on

_VARIABLE = "GRADER_PYTHON_TAKEN"
_MAIN = "import sys; from grader.cli.main import main; sys.argv[0] = 'grader'; main()"


def other_python() -> OtherPython:
    """What to do where a project asks for another one: look for it, but for a grader that was started for that."""
    return "taken" if os.environ.get(_VARIABLE) else "look"


def again_on(other: AnotherPython, cache: Path) -> None:
    """Takes this process over; to be called when nothing of the first attempt is left.

    Returns where the grader cannot be made ready for that Python, having said why.
    """
    try:
        with progress() as show:
            program = grader_on(other.interpreter, cache, lambda text: show(Progress(text)))
    except EnvironmentError_ as error:
        err.print(escape(f"{other.message} {error.message} So this Python measures it."))
        return
    sys.stdout.flush()
    sys.stderr.flush()
    words = [str(program), "-I", "-c", _MAIN, *sys.argv[1:]]
    os.execve(program, words, {**os.environ, _VARIABLE: other.interpreter.version})
