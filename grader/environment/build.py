"""Installs a lock into a folder of the cache: wheels only, by hash, and nothing of the submission runs."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import uv

from grader.domain.errors import EnvironmentError_
from grader.environment.lock import Lock, read_lock

_DONE = ".complete"
_INSTALL_S = 900
_TAIL = 600


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed environment.

    ``site`` is a folder of packages to mount read-only. ``key`` is a SHA-256 over the requirements and the Python
    they were installed for. ``origin`` is ``course`` where the submission's own lock could not be used, for the
    reasons in ``problems``, which are sentences for the learner.
    """

    site: Path
    key: str
    packages: Mapping[str, str]
    origin: Literal["submission", "course"]
    problems: tuple[str, ...] = ()


def prepare(submission_root: Path, *, course_lock: Path, cache: Path, progress: Callable[[str], None]) -> Environment:
    """The environment that a submission is graded in: its own lock's, or the course's where that cannot be used.

    Raises:
        EnvironmentError_: packages could not be had, or the course's own lock is wrong.
    """
    lock = read_lock(submission_root)
    problems = lock.problems
    if not problems:
        try:
            return _installed(lock, cache, "submission", (), progress)
        except _NotInstallable as refused:
            problems = (f"The packages of poetry.lock cannot be installed: {refused}",)
    own = read_lock(course_lock)
    if own.problems:
        raise EnvironmentError_(f"the course's own lock is wrong: {own.problems[0]}", f"Mend it in {course_lock}.")
    try:
        return _installed(own, cache, "course", problems, progress)
    except _NotInstallable as refused:
        raise EnvironmentError_(
            f"the course's packages cannot be installed: {refused}",
            "Check that a package index can be reached, then run the same command again.",
        ) from None


class _NotInstallable(Exception):
    """uv could not install the requirements; the message is the end of what it said."""


def _installed(
    lock: Lock,
    cache: Path,
    origin: Literal["submission", "course"],
    problems: tuple[str, ...],
    progress: Callable[[str], None],
) -> Environment:
    key = environment_key(lock.requirements)
    folder = cache / key[:32]
    environment = Environment(folder / "site", key, lock.packages, origin, problems)
    if (folder / _DONE).is_file():
        return environment
    cache.mkdir(parents=True, exist_ok=True, mode=0o755)
    with _alone(cache / f"{key[:32]}.lock"):
        if not (folder / _DONE).is_file():
            progress(f"Installing {len(lock.packages)} packages")
            _install(lock.requirements, folder)
    return environment


def environment_key(requirements: str) -> str:
    """SHA-256 over the requirements and the Python and platform that they are installed for."""
    facts = (requirements, sys.implementation.cache_tag, sysconfig.get_platform(), "1")
    return hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One builder at a time; others wait and then find the environment made."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(requirements: str, folder: Path) -> None:
    """Install into a folder beside and rename: an interrupted build leaves nothing that looks finished."""
    room = Path(tempfile.mkdtemp(prefix=".build-", dir=folder.parent))
    try:
        room.chmod(0o755)
        (room / "requirements.txt").write_text(requirements, "utf-8")
        install_wheels(room / "requirements.txt", room / "site")
        (room / _DONE).touch()
        if folder.exists():
            shutil.rmtree(folder)
        room.rename(folder)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def install_wheels(requirements: Path, site: Path) -> None:
    """Install hash-pinned wheels for the grader's own Python into ``site``, without the network where uv's cache has all.

    The interpreter asked is ours, never one of a submission's environment: those can be made to run code.
    """
    base = getattr(sys, "_base_executable", None) or sys.executable
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--no-progress", "--require-hashes"]
    command += ["--only-binary", ":all:", "--no-deps", "--link-mode", "copy", "--python", base]
    command += ["--target", str(site), "-r", str(requirements)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("UV_PYTHON", "VIRTUAL_ENV", "PYTHON"))}
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    said = ""
    for extra in (["--offline"], []):
        done = subprocess.run(
            [*command, *extra], env=environment, capture_output=True, timeout=_INSTALL_S, check=False, cwd="/"
        )
        if done.returncode == 0:
            _compile(base, site)
            return
        said = done.stderr.decode("utf-8", "replace").strip()[-_TAIL:]
    raise _NotInstallable(said)


def _compile(base: str, site: Path) -> None:
    """Compile once, by our own Python, which imports none of it: a server starts three times as fast from bytecode."""
    subprocess.run(
        [base, "-I", "-S", "-m", "compileall", "-q", "-j", "0", str(site)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_INSTALL_S,
        check=False,
        cwd="/",
    )
