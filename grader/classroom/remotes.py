"""git, where it speaks to the host of a repository: with a token that nothing else sees, within bounds, never asking.

The token is in the variable ``GRADER_GIT_TOKEN``. git gets it by asking a script of ours, so that it stands in no
command line, no configuration and no address, and is given to no host that another one redirects to.
"""

import errno
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.domain.text import clip, one_line

TOKEN = "GRADER_GIT_TOKEN"
LARGEST_BYTES = 1 << 30  # as much as is taken in
_LIMIT_S = 300.0
_ASK = f"""#!/bin/sh
case "$1" in
    Username*) echo x-access-token ;;
    *) printf '%s\\n' "${TOKEN}" ;;
esac
"""
# Whatever this machine's own configuration says: one pack that a limit of size holds for, no hook, no other host.
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "fetch.recurseSubmodules=false",
    "fetch.unpackLimit=1",
    "gc.auto=0",
    "http.followRedirects=false",
    "maintenance.auto=false",
    "push.recurseSubmodules=no",
)
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "NO_PROXY")


class Refused(Exception):
    """What git complained of, on one line; ``is_large`` where it was stopped at the limit of size."""

    def __init__(self, said: str, *, is_large: bool = False) -> None:
        super().__init__(said)
        self.said, self.is_large = said, is_large


@dataclass(frozen=True, slots=True)
class RemoteGit:
    """Runs git with these variables; see ``remote_git``."""

    program: str
    variables: Mapping[str, str]

    def run(
        self, *words: str, given: bytes = b"", who: Mapping[str, str] | None = None, with_token: bool = False
    ) -> bytes:
        """What a git command prints. ``who`` are more variables, such as the author of a commit.

        The token is there only ``with_token``, for commands that speak to a host.

        Raises:
            Refused: it failed, or took too long.
        """
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        child = subprocess.Popen(
            [self.program, *settings, *words],
            env={name: v for name, v in {**self.variables, **(who or {})}.items() if with_token or name != TOKEN},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            restore_signals=False,  # a file that may grow no more is then an error with words, and no end by a signal
        )
        try:
            said, complained = child.communicate(given, _LIMIT_S)
        except subprocess.TimeoutExpired:
            raise Refused(f"git took longer than {_LIMIT_S:.0f} seconds") from None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)  # with what it started, which may hold on to a connection
            child.wait()
        if child.returncode:
            raise self._refusal(complained)
        return said

    def _refusal(self, complained: bytes) -> Refused:
        text = one_line(complained.decode("utf-8", "replace"))
        is_large = os.strerror(errno.EFBIG) in text
        token = self.variables.get(TOKEN, "")
        return Refused(clip(text.replace(token, "***") if token else text, 400), is_large=is_large)


@contextmanager
def remote_git(room: Path) -> Iterator[RemoteGit]:
    """git for as long as the context lasts; ``room`` is a folder of ours. No file that it writes grows past 1 GB.

    With a token nothing of the user's own configuration is read. Without one git finds its way as it does for
    ``git clone``, with the user's own credentials.

    Raises:
        EnvironmentError_: there is no git.
    """
    program = shutil.which("git")
    if program is None:
        raise EnvironmentError_("git cannot be started", "Install git, and try again.")
    variables = {name: os.environ[name] for name in _KEPT if name in os.environ}
    variables |= {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https:http:ssh:file", "LC_ALL": "C"}
    if token := os.environ.get(TOKEN, "").strip():
        ask = room / "ask"
        ask.write_text(_ASK, "utf-8")
        ask.chmod(0o700)
        variables |= {TOKEN: token, "GIT_ASKPASS": str(ask), "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(room)}
        variables |= {"GIT_CONFIG_GLOBAL": os.devnull}
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    bound = LARGEST_BYTES if before[1] == resource.RLIM_INFINITY else min(LARGEST_BYTES, before[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (bound, before[1]))
    try:
        yield RemoteGit(program, variables)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
