"""The project as production serves it, looked at and attacked."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random

from grader.agent.client import AgentFault
from grader.domain.findings import Finding, Severity
from grader.gates.contract.document import Document, NoDocument, read
from grader.gates.security.asking import ANSWER_S, Asking, answers_of_each_kind, told_apart
from grader.gates.security.dast import scan_served, with_queries
from grader.gates.security.exchange import SOURCE, Api, Person
from grader.gates.security.headers import Answer, judge_cookies, judge_headers
from grader.gates.security.operations import Cast, probe_operations
from grader.gates.security.places import linked, unlisted
from grader.gates.security.probes import Target, parameters_of, probe
from grader.gates.security.survey import NoSurvey, Survey, survey
from grader.gates.security.zap import zap_notes
from grader.gates.subject import Subject
from grader.sandbox.server import ApplicationServer
from grader.stage.project import Broken
from grader.stage.serving import UNLIMITED, deployment, new_database, serve
from grader.stage.users import HTTPS, NoUsers, User, create_users, log_in

_START_S = 60.0
_ERROR = 500


class NotServed(Exception):
    """The project does not get as far as answering; the message says in a sentence what it did instead."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A served project: its server, its database and variables, and what it says of itself."""

    server: ApplicationServer
    database: str
    env: Mapping[str, str | None]
    seen: Survey


def served_findings(subject: Subject, sources: Mapping[str, str]) -> Iterator[Finding]:
    """What Django's deployment checks, headers, cookies and probes find. Raises ``NotServed``."""
    layout = subject.layout
    if not (subject.submission / layout.manage).is_file():
        raise NotServed(f"There is no {layout.manage}: say in track.toml where it is (manage).")
    with ExitStack() as stack:
        running = _begin(subject, stack)
        yield from running.seen.findings
        users: Mapping[str, User] = {}
        try:
            users = create_users(subject.stage, running.database, env=running.env)
        except NoUsers as none:
            yield _note(f"Nothing was asked as somebody who is logged in: {none}")
        pages, objects = Asking(running.server), Asking(running.server)
        member = next((users[role].session for role in layout.roles if role in users), {})
        yield from _page_findings(subject, running, pages, sources, member)
        if users:
            yield from _api_findings(subject, running, objects, users)
        if pages.is_late() or objects.is_late():
            yield _note("The project answered so slowly that not everything could be asked.", Severity.MEDIUM)


def _begin(subject: Subject, stack: ExitStack) -> _Running:
    """Serves it on a migrated database of its own, until ``stack`` ends."""
    stage = subject.stage
    try:
        database = new_database(stage, stack)
        env = {**UNLIMITED, **_keys(variables := deployment(stage, database))}
        server = serve(stage, stack, env=env, database=database)
        _wait(server)
        return _Running(server, database, env, survey(stage, {**variables, **env}, database))
    except Broken as broken:
        raise NotServed(f"The project {broken.doing}, and that failed.") from None
    except (NoSurvey, AgentFault) as fault:
        raise NotServed(str(fault)) from None


def _page_findings(
    subject: Subject, running: _Running, asking: Asking, sources: Mapping[str, str], member: Mapping[str, str]
) -> Iterator[Finding]:
    """What answers carry, and what probes and wapiti get out of paths without arguments."""
    layout, random = subject.layout, Random(subject.seed)
    extra = ("/", layout.health, layout.schema, "/admin/login/")
    named = tuple(dict.fromkeys(path for path in (*running.seen.paths, *extra) if path))
    answers = [*answers_of_each_kind(asking, named, random)]
    if all(answer.response.status_code >= _ERROR for answer in answers):
        raise NotServed("The application answers every request with an error of its own: there is nothing to look at.")
    more = [*unlisted(asking, sources.values(), named)]
    yield from _hidden(more)
    answers += [*more, *linked(asking, answers, named)]
    paths = tuple(dict.fromkeys((*named, *(a.path for a in answers[-60:] if a.method == "GET"))))
    others, different = told_apart(asking, paths)
    yield from different
    yield from judge_headers([*answers, *others])
    yield from judge_cookies([*answers, *others])
    highest = layout.roles[-1] if layout.roles else "admin"
    yield from probe(Target(asking.send, paths, parameters_of(sources.values()), member, highest), answers, random)
    pages = tuple(a.path for a in answers if a.method == "GET" and a.response.status_code < 400)
    yield from scan_served(subject, running.server, with_queries(pages, sources), member)
    yield from zap_notes(subject, running.server, pages, member)


def _hidden(answers: list[Answer]) -> Iterator[Finding]:
    for answer in answers:
        message = f"{answer.asked} is answered, and the URL configuration that the project shows does not have it."
        remedy = "Keep one URL configuration: what it depends on cannot be looked at."
        yield Finding("probes.hidden-route", message, Severity.LOW, None, remedy, source=SOURCE)


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
            server.get("/", HTTPS, timeout_s=ANSWER_S)
            return
        except (ConnectionError, TimeoutError):
            if server.process.poll() is not None:
                break
            time.sleep(0.1)
    raise NotServed("The server of the project does not start, or does not answer.")


def _api_findings(subject: Subject, running: _Running, asking: Asking, users: Mapping[str, User]) -> Iterator[Finding]:
    """What the operations of the OpenAPI document do for everybody; a note where there is none to go by."""
    roles, server = subject.layout.roles, running.server
    try:
        peers = create_users(subject.stage, running.database, env=running.env, first=len(users))
        people = [_person(server, users[role], level) for level, role in enumerate(roles, 1)]
        seconds = {role: _person(server, peers[role], level, peer=True) for level, role in enumerate(roles, 1)}
        document = _document(subject.layout.schema, asking, people[-1])
    except (NoDocument, NoUsers) as none:
        yield _note(f"No objects of others were asked for: {none}")
        return
    cookies = {role: _cookies(user) for role, user in users.items() if user.session}
    cast = Cast(people, seconds, cookies, roles[-1])
    yield from probe_operations(Api(asking.send), document, cast, Random(subject.seed))


def _document(path: str, asking: Asking, who: Person) -> Document:
    """What is served. Raises ``NoDocument``."""
    answer = asking.send("GET", path, who.headers, b"") if path else None
    if answer is None or answer.status_code != 200:
        raise NoDocument("the project serves no OpenAPI document, or its address is not known (schema in track.toml).")
    return read(answer.body, path)


def _person(server: ApplicationServer, user: User, level: int, *, peer: bool = False) -> Person:
    return Person(user.role, level, log_in(server, user), user.username, peer)


def _cookies(user: User) -> dict[str, str]:
    """What a browser sends of a session by itself."""
    return {name: value for name, value in user.session.items() if name == "Cookie"}
