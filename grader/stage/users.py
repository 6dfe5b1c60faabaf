"""Somebody of every role, in the database that is served, and how requests show who they are."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.sandbox.server import ApplicationServer
from grader.stage import program
from grader.stage.making_users import NOT_MADE
from grader.stage.program import TIMED_OUT, last_value, run_in_project
from grader.stage.serving import deployment, new_database, serve
from grader.stage.stage import Stage

_PROGRAM = Path(__file__).with_name("making_users.py")
_NAME = re.compile(r"[A-Za-z][\w.@+-]{0,99}", re.ASCII)
_COOKIE = re.compile(r"[\w.:=+/~-]{1,4096}", re.ASCII)
_TOKEN = re.compile(r"[\w.=+/~-]{1,8192}", re.ASCII)
# A plain request is redirected in production; with this it came by HTTPS, to the proxy in front.
HTTPS = {"X-Forwarded-Proto": "https"}
_TOKENS = ("access", "access_token", "token", "auth_token", "key")


class NoUsers(Exception):
    """The project makes no users; the message says in a sentence why, ``detail`` how its own output ends.

    ``started`` is whether it had got as far as making them, ``late`` whether its time was up, which a busy machine may
    bring about as well.
    """

    def __init__(self, why: str, detail: str = "", started: bool = True, late: bool = False) -> None:
        super().__init__(why)
        self.detail, self.started, self.late = detail, started, late


@dataclass(frozen=True, slots=True)
class User:
    """One who can log in. ``session`` are the headers of a session that has begun; empty where there are none."""

    role: str
    username: str
    password: str
    session: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inhabited:
    """A server, the name of its database, and its users by role."""

    server: ApplicationServer
    database: str
    users: Mapping[str, User]


def serve_inhabited(
    stage: Stage,
    stack: ExitStack,
    *,
    roles: Iterable[str] | None = None,
    settings: str = "",
    env: Mapping[str, str | None] | None = None,
    database: str | None = None,
    workers: int = 2,
) -> Inhabited:
    """``serve``, with a user of each role (the layout's, if none are named) in its database, new unless it is named.

    Raises:
        Broken: the project does not get through its migrations.
        NoUsers: it makes no users.
    """
    if database is None:
        database = new_database(stage, stack)
    # A session that is begun outside of the server holds only if both sign with the same key.
    env = {"SECRET_KEY": secrets.token_hex(32), **(env or {})}
    server = serve(stage, stack, settings=settings, env=env, database=database, workers=workers)
    users = create_users(stage, database, roles, settings=settings, env=env)
    return Inhabited(server, database, users)


def create_users(
    stage: Stage,
    database: str,
    roles: Iterable[str] | Mapping[str, str] | None = None,
    *,
    settings: str = "",
    env: Mapping[str, str | None] | None = None,
    first: int = 0,
) -> dict[str, User]:
    """Makes a user of each role in that database, by the project's own code in the sandbox.

    A mapping gives roles by the name of each user, so that several can have the same one: the result has these names.

    For sessions that hold, ``settings`` and ``env`` are the server's, ``SECRET_KEY`` among them, and it runs already:
    its start empties Redis. ``first`` is how many were made in the same database before.

    Raises:
        NoUsers: the project makes none.
    """
    given = stage.spec.layout.roles if roles is None else roles
    wanted = dict(given) if isinstance(given, Mapping) else {role: role for role in given}
    password, csrf = secrets.token_urlsafe(18), secrets.token_hex(16)
    # Neither its name nor its number, which follows from the order, tells of anybody who they are to be.
    people = [(who, role, f"u{secrets.token_hex(5)}") for who, role in wanted.items()]
    secrets.SystemRandom().shuffle(people)
    order = {"people": people, "password": password, "token": csrf, "first": first}
    variables = deployment(stage, database, settings=settings, env=env)
    layout = stage.spec.layout
    variables["TRACK_USERS"] = json.dumps({**order, "function": layout.users})
    if layout.configuration:
        variables["DJANGO_CONFIGURATION"] = layout.configuration
    status, text = run_in_project(stage, _PROGRAM, variables, database=database)
    made = _read(text) if status == 0 else None
    if made is None or set(made) != set(wanted):
        late = status == TIMED_OUT
        how = f"it ended with status {status}" if status else "it did not say whom it made"
        how = f"it did not end within {program.WITHIN_S:g} s" if late else how
        said = layout.users or "the model of users that the settings name"
        started = status in (0, NOT_MADE)
        raise NoUsers(f"No user of each role could be made by {said}: {how}.", text[-2000:], started, late)
    return {name: User(role, made[name][0], password, _headers(made[name][1], csrf)) for name, role in wanted.items()}


def log_in(server: ApplicationServer, user: User, path: str | None = None) -> dict[str, str]:
    """The headers that make a request this user's: a token that the login URL gives, else the session that began.

    ``path`` is that URL, of the layout; ``""`` for sessions only. Raises ``NoUsers`` where neither can be had.
    """
    path = server.layout.login if path is None else path
    token = _token(server, user, path) if path else ""
    if token:
        return {**HTTPS, "Authorization": f"Bearer {token}"}
    if user.session:
        return dict(user.session)
    raise NoUsers(f"Nobody gets in as {user.role}: {path or 'no URL'} gives no token, and there is no session.")


def _token(server: ApplicationServer, user: User, path: str) -> str:
    body = json.dumps({"username": user.username, "password": user.password, "email": user.username}).encode()
    try:
        answer = server.request("POST", path, {**HTTPS, "Content-Type": "application/json"}, body, timeout_s=30.0)
        said = json.loads(answer.text) if answer.status_code in (200, 201) else None
    except (ConnectionError, TimeoutError, ValueError, RecursionError):
        return ""
    found = (said.get(name) for name in _TOKENS) if isinstance(said, dict) else ()
    return next((token for token in found if isinstance(token, str) and _TOKEN.fullmatch(token)), "")


def _read(text: str) -> dict[str, tuple[str, dict[str, str]]] | None:
    """By whom it was to make, the name and the session that the project says it made; ``None`` if it said otherwise."""
    said = last_value(text)
    found = {}
    for entry in said if isinstance(said, list) else [None]:
        if not (isinstance(entry, dict) and isinstance(entry.get("who"), str) and _fits(_NAME, entry.get("name"))):
            return None
        found[entry["who"]] = (entry["name"], _session(entry.get("session")))
    return found


def _session(said: Any) -> dict[str, str]:
    """The parts of a session, none unless each can stand in a header."""
    if not isinstance(said, dict) or not all(_fits(_COOKIE, said.get(key)) for key in ("value",)):
        return {}
    names = {key: said.get(key) for key in ("cookie", "csrf", "header")}
    if not all(_fits(_NAME, name) for name in names.values()):
        return {}
    return {**names, "value": said["value"]}


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _headers(session: Mapping[str, str], csrf: str) -> dict[str, str]:
    """Those of a browser that stays on the site."""
    if not session:
        return {}
    cookies = f"{session['cookie']}={session['value']}; {session['csrf']}={csrf}"
    return {**HTTPS, "Cookie": cookies, session["header"]: csrf, "Referer": "https://localhost/"}
