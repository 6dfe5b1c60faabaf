"""The two environments of labs, made on first use from locks with hashes: nbgrader's, and the kernel's."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader import ending
from grader.domain.errors import EnvironmentError_
from grader.environment.faults import NotInstallable
from grader.environment.install import site_for
from grader.sandbox.api import Kind

_LOCKS = Path(__file__).with_name("configuration")
_PROGRAM = Path(__file__).parent / "driver" / "program.py"
# Compiled once: the environment itself is never written to again, and nbgrader takes 20 s to compile.
_BYTECODE = "nbgrader-bytecode"
_START_S, _EACH_S = 900.0, 60.0
_HINT = "Run the same command again with GRADER_DEBUG=1, and report what it says."


def kernel_site(*, state_dir: Path, kind: Kind, progress: Callable[[str], None]) -> Path:
    """The folder with IPython, in which learners' cells run. ``EnvironmentError_`` if it cannot be had."""
    return _site("ipython.txt", "IPython", state_dir, kind, progress)


def nbgrader_site(*, state_dir: Path, kind: Kind, progress: Callable[[str], None]) -> Path:
    """The folder with nbgrader, which runs beside the grader. ``EnvironmentError_`` if it cannot be had."""
    return _site("nbgrader.txt", "nbgrader", state_dir, kind, progress)


def _site(lock: str, what: str, state_dir: Path, kind: Kind, progress: Callable[[str], None]) -> Path:
    text = (_LOCKS / lock).read_text("utf-8")
    try:
        return site_for(text, cache=state_dir / "environments", what=what, progress=progress, kind=kind)
    except NotInstallable as refused:
        raise EnvironmentError_(
            f"{what} cannot be installed: {refused}",
            "Check that a package index can be reached, then run the same command again.",
        ) from None


def nbgrader(job: Mapping[str, Any], site: Path, *, state_dir: Path, notebooks: int = 1) -> dict[str, Any]:
    """What nbgrader answers to a job of ``driver/program.py``, in a process of its own.

    Raises:
        EnvironmentError_: it does not end in its time, or ends without an answer.
    """
    with ending.room("track-nbgrader-") as room:
        words = [sys.executable, "-S", "-s", "-P", str(_PROGRAM)]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            words, env=_variables(site, room, state_dir), cwd=room, stdin=pipe, stdout=pipe, stderr=pipe
        ) as run:
            try:
                said, error = run.communicate(json.dumps(job).encode(), _START_S + _EACH_S * notebooks)
            except subprocess.TimeoutExpired:
                run.kill()
                raise EnvironmentError_("nbgrader did not end in its time.", _HINT) from None
            except BaseException:
                run.kill()
                raise
    if run.returncode:
        last = error.decode(errors="replace").strip()[-600:]
        raise EnvironmentError_(f"nbgrader ended with status {run.returncode}: {last}", _HINT)
    found: dict[str, Any] = json.loads(said)
    return found


def _variables(site: Path, room: Path, state_dir: Path) -> dict[str, str]:
    """Nothing of this user's: neither configuration nor history. nbgrader looks for the command ``alembic``."""
    programs = room / "bin"
    programs.mkdir()
    alembic = programs / "alembic"
    alembic.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -s -P -m alembic "$@"\n', "utf-8")
    alembic.chmod(0o700)
    own = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return own | {
        "PATH": f"{programs}{os.pathsep}{os.defpath}",
        "PYTHONPATH": str(site),
        "PYTHONPYCACHEPREFIX": str(state_dir / _BYTECODE),
        "HOME": str(room),
        "TMPDIR": str(room),
        "LANG": "C.UTF-8",
        "JUPYTER_CONFIG_DIR": str(room / "jupyter"),
        "JUPYTER_NO_CONFIG": "1",
    }
