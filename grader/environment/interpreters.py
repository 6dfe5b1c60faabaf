"""Other versions of Python that this machine has, and the grader itself made ready to run on one of them.

A project is measured by the Python that the grader runs on: agents, bytecode, wheels and what reads its code all belong
to one version. So for a project that excludes this one, the whole grader starts again on another.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from grader.domain.errors import EnvironmentError_
from grader.environment.faults import Interpreter

_HOME = Path(__file__).parents[2]
_REQUIREMENTS = _HOME / "requirements" / "course.txt"
_NAMES = ("python3.14", "python3.13", "python3.12")
_ASK = (
    "import json, platform, sys; print(json.dumps("
    "[platform.python_implementation(), platform.python_version(), sys.base_prefix]))"
)
_VERSION = re.compile(r"3\.\d{1,2}\.\d{1,2}")
_ASKING_S, _MAKING_S = 20.0, 600.0
_COMPLETE = ".complete"


def at_hand(wanted: SpecifierSet) -> Interpreter | None:
    """The newest CPython of those on PATH, of pyenv and of uv that ``wanted`` has and the grader supports."""
    found = {interpreter for program in _programs() if (interpreter := _asked(program))}
    fitting = [one for one in found if wanted.contains(one.version)]
    return max(fitting, key=lambda one: [int(part) for part in one.version.split(".")], default=None)


def _programs() -> Iterator[Path]:
    folders = [entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(entry).is_absolute()]
    for name in _NAMES:
        if program := shutil.which(name, path=os.pathsep.join(folders)):
            yield Path(program)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")  # its shims start only what is selected
    for name in _NAMES:
        yield from sorted(pyenv.glob(f"versions/*/bin/{name}"))[:4]
    if uv := _uv():
        listed = _output([str(uv), "python", "list", "--only-installed", "--output-format", "json"])
        with suppress(ValueError, TypeError, KeyError):
            yield from (Path(entry["path"]) for entry in json.loads(listed) if _is_supported(entry))


def _is_supported(entry: dict[str, Any]) -> bool:
    return f"python{'.'.join(str(entry['version']).split('.')[:2])}" in _NAMES


def _uv() -> Path | None:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.is_file() else shutil.which("uv")
    return Path(found) if found else None


def _asked(program: Path) -> Interpreter | None:
    """What a program says that it is; nothing for one that does not run, as a shim without a version."""
    try:
        kind, version, prefix = json.loads(_output([str(program), "-I", "-S", "-c", _ASK]))
    except (ValueError, TypeError):
        return None
    if kind != "CPython" or not _VERSION.fullmatch(version):
        return None
    name = f"python{version.rpartition('.')[0]}"
    own = Path(prefix) / "bin" / name
    return Interpreter(own, version) if name in _NAMES and own.is_file() else None


def _output(words: list[str]) -> str:
    """What a program writes; "" where it does not end well."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_ASKING_S, check=False, cwd="/")
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def grader_on(interpreter: Interpreter, cache: Path, progress: Callable[[str], None]) -> Path:
    """The program of a virtual environment that has this grader and its locked packages, made on first use.

    Raises:
        EnvironmentError_: the grader does not run from its repository, or its packages cannot be had.
    """
    if not _REQUIREMENTS.is_file():
        raise EnvironmentError_("The grader's locked packages are not here.", "Run it from the course's repository.")
    facts = (_REQUIREMENTS.read_text("ascii"), str(_HOME), str(interpreter.program), interpreter.version)
    place = cache / "graders" / hashlib.sha256("\0".join(facts).encode()).hexdigest()[:32]
    if not (place / _COMPLETE).is_file():
        progress(f"Making the grader ready for Python {interpreter.version}")
        _make(interpreter, place)
    return place / "bin" / "python"


def _make(interpreter: Interpreter, place: Path) -> None:
    """Beside its place, and then there: of two that make the same one at a time, one is kept."""
    room = place.with_name(f".making-{secrets.token_hex(6)}")
    room.parent.mkdir(parents=True, exist_ok=True)
    try:
        _run([str(interpreter.program), "-I", "-m", "venv", *(["--without-pip"] if _uv() else []), str(room)])
        python = str(room / "bin" / "python")
        if uv := _uv():
            _run([str(uv), "pip", "install", "--quiet", "--python", python, *_LOCKED])
        else:
            _run([python, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_LOCKED])
        (packages,) = room.glob("lib/python3*/site-packages")
        (packages / "grader-here.pth").write_text(f"{_HOME}\n", "utf-8")
        (room / _COMPLETE).touch()
        with suppress(OSError):
            room.rename(place)
    finally:
        shutil.rmtree(room, ignore_errors=True)


_LOCKED = ("--require-hashes", "--only-binary", ":all:", "-r", str(_REQUIREMENTS))


def _run(words: list[str]) -> None:
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    env.pop("VIRTUAL_ENV", None)
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_MAKING_S, check=False, cwd="/", env=env)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentError_(f"The grader could not be made ready: {error}"[:300], "Try again.") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-300:]
        raise EnvironmentError_(f"The grader could not be made ready: {said}", "Check that a package index answers.")
