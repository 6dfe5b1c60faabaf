"""Installs hash-pinned wheels into a folder of the cache, once; nothing of a submission runs."""

import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uv

from grader.domain.errors import EnvironmentError_

_DONE = ".complete"
_INSTALL_S = 600
_TAIL = 600
_UMASK = 0o022  # the sandbox's own user reads what is installed
# What uv says when an index does not answer or the disk is full: no lock is to blame for that. With blanks in them:
# a lock names packages and versions, none of which has one, so none (async-timeout) can pass for the network.
_NOT_THE_LOCK = re.compile(r"Failed to fetch|error sending request|tcp connect error|operation timed out|No space left")
_ADDRESS = re.compile(r"\b[a-z]+://\S+")


class NotInstallable(Exception):
    """uv could not install the requirements; the message is the end of what it said, without addresses."""


def site_for(requirements: str, *, cache: Path, what: str, progress: Callable[[str], None]) -> Path:
    """The folder with these requirements installed, made now if the cache has none; ``what`` names it to people.

    Raises:
        NotInstallable: a package has no such version, file or hash, or no wheel for this Python.
        EnvironmentError_: the package index cannot be reached, or the cache cannot be written.
    """
    name = environment_key(requirements)[:32]
    folder = cache / name
    if not _is_whole(folder):
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache / f"{name}.lock"):
            if not _is_whole(folder):
                progress(f"Installing {what}")
                _install(requirements, folder)
    return folder / "site"


def environment_key(requirements: str) -> str:
    """SHA-256 over the requirements and the Python and platform that they are installed for."""
    facts = (requirements, sys.implementation.cache_tag, sysconfig.get_platform(), "3")
    return hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()


def _is_whole(folder: Path) -> bool:
    return (folder / _DONE).is_file() and (folder / "site").is_dir()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One builder at a time; others wait and then find the environment made."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(requirements: str, folder: Path) -> None:
    """Install into a folder beside and rename: an interrupted build leaves nothing that looks finished.

    The one builder of this environment finds the room that an interrupted one left, and clears it.
    """
    from grader.environment.bytecode import add_bytecode  # most gradings find their environment installed

    room = folder.with_name(f".build-{folder.name}")
    shutil.rmtree(room, ignore_errors=True)
    try:
        room.mkdir()
        room.chmod(0o755)
        (room / "requirements.txt").write_text(requirements, "utf-8")
        _install_wheels(room / "requirements.txt", room / "site", folder.parent / "wheels")
        _close(room / "site")
        add_bytecode(room / "site", folder.parent / "bytecode", python=_python())
        (room / _DONE).touch()
        if folder.exists():
            shutil.rmtree(folder)
        room.rename(folder)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _close(site: Path) -> None:
    """Wheels bring their own permissions: a file that anybody may write would be everybody's in all environments."""
    for folder, _, names in os.walk(site):
        for path in (f"{folder}/{name}" for name in names):
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode) and mode & 0o022:
                Path(path).chmod(stat.S_IMODE(mode) & ~0o022)


def _python() -> str:
    """The interpreter below ours, never one of a submission's environment: those can be made to run code."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _install_wheels(requirements: Path, site: Path, wheels: Path) -> None:
    """Without the network where ``wheels`` has all; ``NotInstallable`` or ``EnvironmentError_`` if it cannot be.

    Environments are links into ``wheels``: quick, and a class of slightly different locks needs the room of one. It is
    the grader's own and never uv's usual cache, where an edit in some other project's environment would reach us.
    """
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--no-progress", "--require-hashes"]
    command += ["--only-binary", ":all:", "--no-deps", "--link-mode", "hardlink", "--python", _python()]
    command += ["--cache-dir", str(wheels), "--target", str(site), "-r", str(requirements)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("UV_PYTHON", "VIRTUAL_ENV", "PYTHON"))}
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    said = ""
    for extra in (["--offline"], []):
        said = _uv([*command, *extra], environment)
        if not said:
            return
    if _NOT_THE_LOCK.search(said):
        raise EnvironmentError_(
            f"packages cannot be fetched: {said}", "Check the network and the disk, then run the same command again."
        )
    raise NotInstallable(said)


def _uv(command: list[str], environment: dict[str, str]) -> str:
    """ "" when it is done, else the end of what it said."""
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=_INSTALL_S, check=False, cwd="/", umask=_UMASK
        )
    except subprocess.TimeoutExpired:  # the lock's fault, unless the course's takes as long
        return f"it takes longer than {_INSTALL_S // 60} minutes"
    said = done.stderr.decode("utf-8", "replace").strip()
    said = " ".join(_ADDRESS.sub("the package index", said).split())
    return "" if done.returncode == 0 else said[-_TAIL:] or "no reason given"
