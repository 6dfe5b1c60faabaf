"""The project as production serves it, looked at and attacked."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from random import Random

from grader.agent.client import AgentFault
from grader.domain.findings import Finding, Severity
from grader.gates.security.headers import Answer, judge_cookies, judge_headers
from grader.gates.security.probes import SOURCE, Target, parameters_of, probe
from grader.gates.security.survey import NoSurvey, survey
from grader.gates.subject import Subject
from grader.sandbox.http import Response
from grader.sandbox.server import ApplicationServer
from grader.stage.project import Broken
from grader.stage.serving import UNLIMITED, deployment, new_database, serve
from grader.stage.users import HTTPS, NoUsers, create_users

_START_S, _ANSWER_S, _MOST_S = 60.0, 10.0, 120.0
_ERROR = 500


class NotServed(Exception):
    """The project does not get as far as answering; the message says in a sentence what it did instead."""


def served_findings(subject: Subject, sources: Mapping[str, str]) -> Iterator[Finding]:
    """What Django's deployment checks, headers, cookies and probes find. Raises ``NotServed``."""
    stage, layout = subject.stage, subject.layout
    if not (subject.submission / layout.manage).is_file():
        raise NotServed(f"There is no {layout.manage}: say in track.toml where it is (manage).")
    with ExitStack() as stack:
        try:
            database = new_database(stage, stack)
            env = {**UNLIMITED, **_keys(stage_variables := deployment(stage, database))}
            server = serve(stage, stack, env=env, database=database)
            _wait(server)
            seen = survey(stage, {**stage_variables, **env}, database)
        except Broken as broken:
            raise NotServed(f"The project {broken.doing}, and that failed.") from None
        except (NoSurvey, AgentFault) as fault:
            raise NotServed(str(fault)) from None
        yield from seen.findings
        try:
            users = create_users(stage, database, env=env)
        except NoUsers as none:
            users = {}
            yield _note(f"Nothing was asked as somebody who is logged in: {none}")
        member = next((users[role].session for role in layout.roles if role in users), {})
        extra = ("/", layout.health, layout.schema, "/admin/login/")
        paths = tuple(dict.fromkeys(path for path in (*seen.paths, *extra) if path))
        asked = _Asking(server)
        answers = [*_answers(asked, paths, Random(subject.seed))]
        if all(answer.response.status_code >= _ERROR for answer in answers):
            raise NotServed(
                "The application answers every request with an error of its own: there is nothing to look at."
            )
        yield from judge_headers(answers)
        yield from judge_cookies(answers)
        highest = layout.roles[-1] if layout.roles else "admin"
        target = Target(asked.send, paths, parameters_of(sources.values()), member, highest)
        yield from probe(target, answers, Random(subject.seed))
        if asked.is_late():
            yield _note("The project answered so slowly that not everything could be asked.", Severity.MEDIUM)


def _keys(variables: Mapping[str, str]) -> dict[str, str]:
    """Those that everything that runs beside the server has to share with it."""
    return {name: variables[name] for name in ("SECRET_KEY", "JWT_SIGNING_KEY") if name in variables}


def _note(message: str, severity: Severity = Severity.NOTE) -> Finding:
    return Finding(
        "probes.incomplete", message, severity, None, "Mend what is said, then measure again.", source=SOURCE
    )


def _wait(server: ApplicationServer) -> None:
    """Until it answers anything at all."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        try:
            server.get("/", HTTPS, timeout_s=_ANSWER_S)
            return
        except (ConnectionError, TimeoutError):
            if server.process.poll() is not None:
                break
            time.sleep(0.1)
    raise NotServed("The server of the project does not start, or does not answer.")


class _Asking:
    """Requests within a time for all of them together."""

    def __init__(self, server: ApplicationServer) -> None:
        self._server, self._until = server, time.monotonic() + _MOST_S

    def is_late(self) -> bool:
        """Whether the time is over; nothing is asked any more then."""
        return time.monotonic() > self._until

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response | None:
        """What comes; nothing where it is no answer."""
        if self.is_late():
            return None
        with contextlib.suppress(ConnectionError, TimeoutError, ValueError):
            return self._server.request(method, path, {**HTTPS, **headers}, body, timeout_s=_ANSWER_S)
        return None


def _answers(asking: _Asking, paths: tuple[str, ...], random: Random) -> Iterator[Answer]:
    """Answers of every kind: pages, redirects, refusals, nothing there, a method that is none, a strange host."""
    missing = f"/{random.getrandbits(48):012x}/"
    wanted = [("GET", path) for path in (*paths, missing)]
    wanted += [("DELETE", "/"), ("POST", "/admin/login/"), ("OPTIONS", paths[0])]
    for method, path in wanted:
        if response := asking.send(method, path, {}, b""):
            yield Answer(f"{method} {path}", response)
