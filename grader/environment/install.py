"""Installs hash-pinned wheels into a folder of the cache, once; nothing of a submission runs."""

import fcntl
import hashlib
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.domain.errors import EnvironmentError_
from grader.environment.pin import Pin, pinned_environment

if TYPE_CHECKING:
    from grader.sandbox.api import Kind

_FORMAT = "5"
_KEPT: dict[Path, Pin] = {}


def site_for(
    requirements: str, *, cache: Path, what: str, progress: Callable[[str], None], kind: "Kind" = "auto"
) -> Path:
    """The folder with these requirements installed, held as long as this process lives. Otherwise as ``installed``."""
    pin = installed(requirements, cache=cache, what=what, progress=progress, kind=kind)
    _KEPT[pin.folder] = pin
    return pin.site


def installed(
    requirements: str, *, cache: Path, what: str, progress: Callable[[str], None], kind: "Kind" = "auto"
) -> Pin:
    """A hold on the folder with these requirements installed, made now if the cache has none.

    ``what`` names it to people; ``kind`` is the sandbox that wheels which are new here are unpacked in.

    Raises:
        NotInstallable: a package has no such version, file or hash, no wheel for this Python, or asks for too much.
        Unreachable: the package index does not answer.
        EnvironmentError_: the cache cannot be written.
        SandboxError: no such sandbox starts here.
    """
    folder = cache / environment_key(requirements)[:32]
    try:
        while (pin := pinned_environment(folder)) is None:
            cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _alone(cache / f".building-{folder.name[0]}"):
                if pin := pinned_environment(folder):
                    return pin
                progress(f"Installing {what}")
                from grader.environment.assemble import assemble  # most gradings find their environment installed

                assemble(requirements, folder, kind)
        return pin
    except OSError as error:
        raise EnvironmentError_(
            f"packages cannot be installed into {cache}: {error.strerror or error}",
            "Check the disk and who may write there, then run the same command again.",
        ) from error


def environment_key(requirements: str) -> str:
    """SHA-256 over the requirements and the Python and platform that they are installed for."""
    facts = (requirements, sys.implementation.cache_tag, sysconfig.get_platform(), _FORMAT)
    return hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One builder at a time; others wait and then find the environment made."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
