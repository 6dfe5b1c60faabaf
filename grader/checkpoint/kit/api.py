"""The fixture ``api``: the submission served over HTTP to people of every role, and the rows behind it."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from grader.agent.client import AgentFault
from grader.checkpoint.kit.ageing import age, count_own_rows
from grader.checkpoint.kit.answers import Answer, Asked
from grader.checkpoint.kit.app import App
from grader.checkpoint.kit.case import Case
from grader.domain.words import bounded
from grader.sandbox.services.relay import Mode
from grader.stage.database import Database
from grader.stage.line import Line
from grader.stage.outcome import Failed
from grader.stage.people import Person, Place
from grader.stage.places import OnPostgres
from grader.stage.registry import find
from grader.stage.stage import Stage
from grader.stage.standing import StandingServer
from grader.stage.users import HTTPS

if TYPE_CHECKING:
    from grader.checkpoint.kit.rows import Rows

_NOTHING: Any = object()
_PREFIXES = {"v1": "/api/v1", "": "/api"}
WITHIN_S = 20.0


@dataclass
class Api:
    """One server. ``people`` are by name: ``reader``, ``reader2``, …, ``admin2``, ``inactive``, ``demoted``."""

    case: Case
    stage: Stage
    place: Place
    standing: StandingServer

    @property
    def people(self) -> Mapping[str, Person]:
        """Who can be asked as, by name."""
        return self.place.people

    @cached_property
    def line(self) -> Line:
        """The check's line to the project, in the database that is served."""
        self.stage.check_time()
        self.stage.main.ready("postgres")
        return self.case.line(self.stage.main, OnPostgres(self.place.database), "fork")

    @cached_property
    def db(self) -> Database:
        """The observer of the database that is served."""
        databases, line = self.stage.services.postgres_databases, self.line
        observer = databases.observer(line.postgres_database, deadline=line.deadline, public=self.case.public)
        return self.case.stack.enter_context(observer)

    @cached_property
    def rows(self) -> "Rows":
        """Makes rows in it."""
        from grader.checkpoint.kit.rows import Rows

        return Rows(self, self.db, self.case.rng)

    @cached_property
    def app(self) -> App:
        """The project, in the database that is served."""
        return App(self.line)

    def request(
        self,
        method: str,
        path: str,
        *,
        as_: str | Person | None = None,
        json: Any = _NOTHING,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        version: str | None = "v1",
        csrf: bool = True,
        client: str = "127.0.0.1",
        within_s: float = WITHIN_S,
    ) -> Answer:
        """One request to ``path`` below ``/api/v1``, below ``/api`` for version "", as it is for ``None``.

        It comes by HTTPS, from ``client``, with the session and the CSRF token of ``as_``. ``json`` is sent as JSON,
        ``body`` as it is; ``headers`` come on top of all, and one of them may be empty. Fails the check where there is
        no answer.
        """
        person = self.people[as_] if isinstance(as_, str) else as_
        sent = {"Content-Type": "application/json"} if json is not _NOTHING else {}
        if json is not _NOTHING:
            body = _dumped(json)
        shown = {**sent, **(headers or {})}
        prefix = _PREFIXES.get(version, f"/api/{version}") if version is not None else ""
        asked = Asked(method, prefix + path, person.name if person else "anonymous", shown, body, csrf)
        session = dict(person.session) if person else dict(HTTPS)
        if person and not csrf:
            session = {name: value for name, value in session.items() if "csrf" not in name.lower()}
        own = {name.lower() for name in shown}
        kept = {name: value for name, value in session.items() if name.lower() not in own}
        return self.send(asked, {**kept, **shown}, client=client, within_s=within_s)

    def send(self, asked: Asked, headers: Mapping[str, str], *, client: str, within_s: float = WITHIN_S) -> Answer:
        """A request that has been put together; the case remembers it as its last one."""
        self.case.asked = asked.curl()
        began = time.monotonic()
        if self.standing.is_out_of_patience:
            raise AgentFault("Your project left the grader without an answer for too long in all.", unsure=True)
        try:
            found = self.place.server.request(
                asked.method, asked.path, headers, asked.body, timeout_s=within_s, client=client
            )
        except TimeoutError:
            self.standing.lose(time.monotonic() - began)
            raise AgentFault(f"Your project did not answer {asked} within {within_s:g} s.", unsure=True) from None
        except ConnectionError as error:
            raise Failed(f"an answer to {asked}", bounded(str(error), 200)) from None
        return Answer(found.status_code, found.pairs, found.body, asked)

    def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        """POST."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Answer:
        """PUT."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Answer:
        """PATCH."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """DELETE."""
        return self.request("DELETE", path, **options)

    def later(self, method: str, path: str, **options: Any) -> Callable[[], Answer]:
        """A request that is not made yet, for ``at_once``."""
        return partial(self.request, method, path, **options)

    def at_once(self, requests: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """Makes the requests at the same moment, each on a connection of its own; their answers in order."""
        barrier = threading.Barrier(len(requests))

        def make(request: Callable[[], Answer]) -> Answer:
            barrier.wait()
            return request()

        with ThreadPoolExecutor(len(requests)) as pool:
            return [coming.result() for coming in [pool.submit(make, request) for request in requests]]

    def computed[Found](self, request: Callable[[], Found]) -> tuple[Found, float]:
        """Makes a request, or several; what it gives, and the seconds of processor time that the server took meanwhile.

        That is 0 where the kernel does not count it.
        """
        before = self.place.server.process.load()
        found = request()
        return found, self.place.server.process.load().computed_since(before)

    def age(self, seconds: float) -> None:
        """Makes what the project remembers beside its models that much older, as if time had passed."""
        age(self.stage, self.db, seconds)

    def count_own_rows(self) -> int:
        """How many rows there are in tables that no brief names: those in which a project keeps what it remembers."""
        return count_own_rows(self.db)

    def silence(self, *services: str) -> None:
        """From now on these services (``postgres``, ``redis``) take what this server sends, and say nothing."""
        self._network("hang", services)

    def cut(self, *services: str) -> None:
        """From now on these services are not there for this server: its connections are reset, new ones too."""
        self._network("cut", services)

    def restore(self, *services: str) -> None:
        """From now on they answer again, what hung too."""
        self._network("ok", services)

    def _network(self, mode: Mode, services: tuple[str, ...]) -> None:
        for name in services:
            self.stage.services.fault(self.place.server.process, find(name), mode)


class ApiWith:
    """``api_with(env=…)``: a server of the check's own with the same people, which has started."""

    def __init__(self, case: Case, stage: Stage, standing: StandingServer) -> None:
        self._case, self._stage, self._standing = case, stage, standing

    def __call__(self, *, settings: str = "", env: Mapping[str, str | None] | None = None) -> Api:
        place = self._standing.own(self._case.stack, settings=settings, env=env)
        return Api(self._case, self._stage, place, self._standing)

    def restart(self, api: Api, *, env: Mapping[str, str | None] | None = None) -> None:
        """Kills the server of ``api``, whatever it is at work on; from now on another one serves its database."""
        api.place = self._standing.restart(self._case.stack, api.place, env=env)


def _dumped(value: Any) -> bytes:
    """JSON in UTF-8; what cannot stand in UTF-8 as an escape."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()
