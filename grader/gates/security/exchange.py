"""What is asked of the served application, by whom, and the command that asks it again."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.domain.findings import Finding, Severity
from grader.domain.words import bounded
from grader.sandbox.http import Response

SOURCE = "probes of the served application"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
_PERSONAL = {"authorization": "Bearer", "cookie": "", "x-csrftoken": ""}
_UNSAID = ("user-agent", "x-forwarded-proto", "referer")
_LONGEST = 2_000
Send = Callable[[str, str, Mapping[str, str], bytes], Response | None]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks. ``level`` grows with what the role may do; nobody who is logged in has 0.

    ``headers`` show who it is; ``peer`` is true for the second one of a role.
    """

    role: str
    level: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    username: str = ""
    peer: bool = False

    @property
    def label(self) -> str:
        """Who it is, in a sentence."""
        if not self.level:
            return "nobody who is logged in"
        return f"another {self.role}" if self.peer else f"a user who is {self.role}"


NOBODY = Person("anonymous", 0)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``status`` is 0, and ``value`` none, where none came; ``curl`` asks the same again."""

    status: int
    value: Any
    curl: str

    @property
    def ok(self) -> bool:
        """Whether what was asked for was done."""
        return 200 <= self.status < 300

    def get(self, name: str) -> Any:
        """A value of the object that came; ``None`` where none did."""
        return self.value.get(name) if isinstance(self.value, dict) else None


@dataclass(frozen=True, slots=True)
class Api:
    """The served application as one that speaks JSON."""

    send: Send

    def ask(self, who: Person, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request; ``headers`` by names with ``_`` for ``-``."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {**who.headers, **given}
        data = b"" if body is None else json.dumps(body).encode()
        if data:
            sent["Content-Type"] = "application/json"
        answer = self.send(method, path, sent, data)
        command = curl(method, path, sent, data, who.role)
        return Reply(answer.status_code, value_of(answer), command) if answer else Reply(0, None, command)


def value_of(answer: Response) -> Any:
    """The JSON value of an answer; ``None`` if it is none."""
    try:
        return json.loads(answer.text) if answer.body else None
    except (ValueError, RecursionError):
        return None


def curl(method: str, path: str, headers: Mapping[str, str], body: bytes = b"", role: str = "user") -> str:
    """The command that sends a request again, for a server on this machine; whoever asks stands in a variable."""
    words = ["curl", "-i", "-X", method]
    variable = role.upper().replace("-", "_")
    quoted = [shlex.quote(word) for word in words]
    for name, value in headers.items():
        scheme = _PERSONAL.get(name.lower())
        if scheme is not None:
            kind = "TOKEN" if scheme else name.upper().replace("-", "_")
            quoted += ["-H", f'"{name}: {scheme + " " if scheme else ""}${kind}_OF_{variable}"']
        elif name.lower() not in _UNSAID:
            quoted += ["-H", shlex.quote(f"{name}: {value}")]
    if body:
        quoted += ["--data-raw", shlex.quote(body.decode("utf-8", "replace"))]
    return bounded(" ".join((*quoted, shlex.quote(f"http://localhost:8000{path}"))), _LONGEST)


def found(rule: str, severity: Severity, message: str, remedy: str, cwe: int, command: str = "") -> Finding:
    """A finding of a probe, with the command that shows it."""
    return Finding(f"probes.{rule}", bounded(message), severity, None, remedy, cwe, SOURCE, command)
