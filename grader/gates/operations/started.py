"""The Compose file, really started, where somebody asks for it and the machine has an engine: evidence without weight.

An engine that runs as the administrator is used on a machine that is called disposable only: who breaks out of such a
container has the machine.
"""

import json
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from grader import ending
from grader.domain.findings import Finding, Severity
from grader.domain.text import one_line
from grader.domain.words import last_part
from grader.gates.operations.files import Files, finding
from grader.gates.operations.stack import NotStarted, Stack, stack

DISPOSABLE = "GRADER_DISPOSABLE"
SOURCE = "a container engine, as evidence"
_UP_S, _DOWN_S, _ASKING_S, _HEALTHY_S = 900.0, 120.0, 20.0, 30.0
_LOOK_AGAIN_S = 0.2
_KEPT_VARIABLES = ("PATH", "HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF")
_ENGINES = (("podman", ("podman-compose",)), ("docker", ("docker", "compose")))


@dataclass(frozen=True, slots=True)
class Engine:
    """What starts containers here: its name, the words that its compose begins with, and whether it is rootless."""

    name: str
    compose: tuple[str, ...]
    is_rootless: bool


def engine() -> Engine | None:
    """The first engine that is there and answers, and has its tool for Compose files."""
    for name, words in _ENGINES:
        if shutil.which(name) and shutil.which(words[0]):
            said = _run((name, "info", "--format", "{{json .}}"), Path("/"), _ASKING_S)
            if said.status == 0:
                return Engine(name, words, _is_rootless(said.text))
    return None


def _is_rootless(text: str) -> bool:
    """As podman and Docker say it; what cannot be read is not rootless."""
    try:
        said = json.loads(text)
        security = said.get("host", {}).get("security", {}) if "host" in said else {}
        return security.get("rootless") is True or "name=rootless" in (said.get("SecurityOptions") or [])
    except (ValueError, AttributeError, TypeError, RecursionError):
        return False


def start(files: Files, path: str) -> Finding:
    """Starts that Compose file and asks the health endpoint for half a minute: what came of it, as a note."""
    found = engine()
    if found is None:
        return _note(
            path, "not applicable", "This machine has no podman with podman-compose, and no Docker with compose."
        )
    if not found.is_rootless and not os.environ.get(DISPOSABLE):
        why = (
            f"{found.name} runs as the administrator here. On a machine that nobody needs any more, set {DISPOSABLE}=1."
        )
        return _note(path, "not applicable", why)
    documents = [document.value for document in files.documents(path, "compose.unreadable")]
    try:
        wanted = stack(documents[0] if documents else None, free_port)
    except NotStarted as reason:
        return _note(path, "not started", f"{path}: {reason}.")
    if not wanted.ports:
        return _note(path, "not started", f"{path} publishes no port at which the application could be asked.")
    with tempfile.TemporaryDirectory(prefix="track-stack-", dir=files.subject.folder) as room:
        project = _copied(files.subject.submission, Path(room) / "project")
        return _started(found, project, wanted, files.subject.layout.health or "/", path)


def free_port() -> int:
    """A port of this machine's loopback that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _copied(submission: Path, project: Path) -> Path:
    """A copy of the submission for builds, with the variables of its example where it has none."""
    shutil.copytree(submission, project, symlinks=True)
    example, own = project / ".env.example", project / ".env"
    if example.is_file() and not example.is_symlink() and not own.exists() and not own.is_symlink():
        shutil.copy(example, own)
    return project


def _started(engine: Engine, project: Path, wanted: Stack, health: str, path: str) -> Finding:
    file = project / f"compose-{secrets.token_hex(4)}.json"
    file.write_text(json.dumps(wanted.document), "utf-8")
    words = (*engine.compose, "-p", f"track{secrets.token_hex(4)}", "-f", file.name)
    which = f"{'rootless' if engine.is_rootless else 'disposable machine,'} {engine.name}"
    with ending.held():  # containers do not end with this process
        try:
            said = _run((*words, "up", "-d", "--build"), project, _UP_S)
            if said.status:
                return _note(path, "not started", f"With {which} it does not start: {said.end()}")
            took, answer = _healthy(wanted.ports, health)
            if took is None:
                return _note(path, "not healthy", f"With {which} it starts, and within {_HEALTHY_S:g} s {answer}.")
            return _note(path, "started", f"With {which} it starts, and {answer} {took:.0f} s later.")
        finally:
            _run((*words, "down", "-v", "-t", "5"), project, _DOWN_S, stays=True)


def _healthy(ports: tuple[int, ...], health: str) -> tuple[float | None, str]:
    """After how many seconds somebody answered 200, and who; ``None`` with what was last seen otherwise."""
    began, seen = time.monotonic(), "nobody answers"
    while (took := time.monotonic() - began) < _HEALTHY_S and not ending.has_begun():
        for port in ports:
            for scheme in ("http", "https"):
                status = _asked(f"{scheme}://127.0.0.1:{port}{health}")
                if status == 200:
                    return took, f"GET {health} answers 200"
                if status:
                    seen = f"GET {health} answers {status} at most"
        time.sleep(0.5)
    return None, seen


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """None is followed: it may lead anywhere."""


def _asked(url: str) -> int:
    """The status of an answer on the loopback; 0 for none."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # a certificate of its own, for localhost
    https = urllib.request.HTTPSHandler(context=context)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), https, _NoRedirect)
    try:
        with opener.open(urllib.request.Request(url, headers={"Host": "localhost"}), timeout=3) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return 0


@dataclass(frozen=True, slots=True)
class _Said:
    status: int
    text: str

    def end(self) -> str:
        """The last of what was said, in a line."""
        return last_part(one_line(self.text), 300) or f"status {self.status}"


def _run(words: tuple[str, ...], folder: Path, within_s: float, *, stays: bool = False) -> _Said:
    """A command of the engine's, without the grader's own variables: a Compose file may ask for any of them.

    It is killed when the run is told to end, unless it ``stays``.
    """
    env = {name: value for name in _KEPT_VARIABLES if (value := os.environ.get(name))}
    try:
        process = subprocess.Popen(
            words, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        return _Said(127, str(error))
    deadline = time.monotonic() + within_s
    with process:
        while True:
            try:
                out, err = process.communicate(timeout=_LOOK_AGAIN_S)
                return _Said(process.returncode, (err if process.returncode else out).decode(errors="replace"))
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline or (ending.has_begun() and not stays):
                    process.kill()
                    return _Said(124, f"{words[0]} did not end within {within_s:g} s")


def _note(path: str, state: str, message: str) -> Finding:
    rule = f"compose.{state.replace(' ', '-')}"
    return finding(rule, f"{state.capitalize()}: {message}", path, severity=Severity.NOTE, source=SOURCE)
