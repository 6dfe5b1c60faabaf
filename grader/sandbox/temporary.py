"""Where short-lived things are kept: the folder for temporary files, if the sandboxes' own users can reach it."""

import os
import stat
import tempfile
from pathlib import Path

from grader.domain.errors import EnvironmentError_

_USUAL = Path("/tmp")
_LONGEST = 60  # a path to a socket may have 108 bytes, and there are folders and names below this one


def short_folder() -> Path:
    """The folder that TMPDIR names, or /tmp where that is too long for the paths of sockets."""
    named = folder()
    return named if len(os.fsencode(named)) <= _LONGEST else _USUAL


def folder() -> Path:
    """The folder for temporary files, which TMPDIR names.

    Raises:
        EnvironmentError_: nothing can be written there, and what Python would take in its place was not asked for.
    """
    named = os.environ.get("TMPDIR") or str(_USUAL)
    try:
        with tempfile.TemporaryFile(dir=named):
            return Path(named).resolve()
    except OSError as problem:
        raise EnvironmentError_(
            f"temporary files cannot be written to {named}: {problem.strerror}",
            "Make room there or open it (chmod 1777), or name another folder: export TMPDIR=/path.",
        ) from None


def refuse_closed() -> str:
    """Where temporary files go.

    Raises:
        EnvironmentError_: they cannot be written, or the users that root gives way to cannot get at them: then every
            sandbox would fail to start, and nothing could be measured.
    """
    for place in {folder(), short_folder()}:
        for above in (place, *place.parents):
            mode = above.stat().st_mode
            if os.geteuid() == 0 and not mode & stat.S_IXOTH:
                raise EnvironmentError_(
                    f"the sandboxes' users cannot reach temporary files in {place}: "
                    f"{above} is closed to them (mode {stat.S_IMODE(mode):04o})",
                    f"Open it (chmod o+x {above}), or name another folder: export TMPDIR=/path.",
                )
    return str(folder())
