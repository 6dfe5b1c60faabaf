"""The fixtures ``app`` and ``client``: the learner's project, as questions put to its agent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from json import dumps
from typing import Any, Protocol

from grader.agent.client import AgentFault, of_type
from grader.agent.raised import Raised, read_raised
from grader.agent.wire import BadReply, Ref, decode
from grader.checkpoint.kit.http import Response
from grader.checkpoint.kit.models import ModelFacts, read_models
from grader.checkpoint.kit.remote import Later, Outcome, Remote, call, encoded, wrapped
from grader.stage.outcome import ABSENT, Failed


class AgentLine(Protocol):
    """The running check's line to its agent."""

    raised: Raised | None

    def ask(self, op: str, doing: str = "", **arguments: Any) -> Any:
        """A decoded answer."""

    def raw(self, op: str, doing: str = "", **arguments: Any) -> Any:
        """An answer as plain JSON."""


class App:
    """The learner's project."""

    def __init__(self, line: AgentLine) -> None:
        self._line = line
        self._models: dict[str, Any] = {}

    def evaluate(self, root: int | str, steps: list[list[Any]]) -> Any:
        """Follows steps from a reference, a model's label or ``module:name``."""
        return self.wrap(self._line.ask("evaluate", _doing(steps), root=root, steps=steps))

    def batch(self, programs: list[Later]) -> list[Any]:
        """The values of calls made one after the other, by a single question; the first that raises ends it."""
        doing = _doing(list(programs[0].steps)) if programs else ""
        sent = [[program.root, list(program.steps)] for program in programs]
        return of_type(list, self.wrap(self._line.ask("batch", doing, programs=sent)))

    def wrap(self, answer: Any) -> Any:
        """A decoded answer with its references as objects of this project."""
        try:
            return wrapped(self, answer)
        except BadReply as error:
            raise AgentFault(f"Your project gave an answer that cannot be read: {error}.") from error

    def model(self, label: str) -> Any:
        """A model by ``app.Name``, asked for once; fails the check if there is none."""
        if label not in self._models:
            try:
                self._models[label] = of_type(Remote, self.evaluate(label, []))
            except Raised as raised:
                if raised.is_a("LookupError"):
                    raise Failed(f"a model {label}", ABSENT) from None
                raise
        return self._models[label]

    def build(self, label: str, fields: dict[str, Any], *then: list[Any]) -> Any:
        """An object of a model with these fields, after these steps; fails the check if there is no such model."""
        try:
            return self.evaluate(label, [call((), fields), *then])
        except Raised as raised:
            if raised.type == "LookupError" and not raised.frames:
                self.model(label)
            raise

    def get(self, path: str) -> Any:
        """What ``module:name`` names; fails the check if there is nothing."""
        try:
            return self.evaluate(path, [])
        except Raised as raised:
            if not raised.frames and (raised.is_a("ImportError") or raised.is_a("AttributeError")):
                raise Failed(f"`{path.replace(':', '.')}`", ABSENT) from None
            raise

    def call(self, path: str, /, *args: Any, **kwargs: Any) -> Any:
        """Calls what ``module:name`` names."""
        return of_type(Remote, self.get(path))(*args, **kwargs)

    def anonymous(self) -> Any:
        """Django's AnonymousUser."""
        return self.call("django.contrib.auth.models:AnonymousUser")

    @property
    def settings(self) -> Any:
        """Django's settings object."""
        return self.get("django.conf:settings")

    def race(
        self, programs: list[Later], *, atomic: bool = False, meanwhile: Callable[[], object] | None = None
    ) -> list[Outcome]:
        """Runs the calls at once, a process and a connection each, all begun when every one of them is ready.

        With ``atomic`` each runs in a transaction, and every transaction is still open when the others make theirs.
        ``meanwhile`` runs on this side while they are under way, and may look at the database. What a call gives that
        has no plain form can be compared and not followed: it ended with its process.
        """
        programs_sent = [[program.root, list(program.steps)] for program in programs]
        with ThreadPoolExecutor(1) as aside:
            doing = "calls were running at the same time"
            coming = aside.submit(self._line.raw, "race", doing, programs=programs_sent, atomic=atomic)
            if meanwhile is not None:
                meanwhile()
            answer = coming.result()
        try:
            return [self._outcome(one) for one in answer]
        except (BadReply, TypeError, ValueError) as error:
            raise AgentFault("Your project gave an answer that cannot be read.") from error

    def _outcome(self, one: Any) -> Outcome:
        if one is None:
            raise AgentFault("Your project did not finish calls that were running at the same time.")
        fine, value = one
        return Outcome(wrapped(self, decode(value))) if fine is True else Outcome(None, read_raised(value))

    def describe(self) -> tuple[ModelFacts, ...]:
        """The models of the project's own apps."""
        return read_models(self._line.ask("describe"))


def _doing(steps: list[list[Any]]) -> str:
    if steps and steps[-1][0] == "also":
        return _doing(steps[-1][1])
    named = [step[1] for step in steps if step[0] == "get"]
    called = bool(steps) and steps[-1][0] == "call"
    if named:
        return f"`{named[-1]}` was {'called' if called else 'read'}"
    return "it was being called" if steps else "it was being looked at"


@dataclass(slots=True)
class Client:
    """Django's test client, with cookies of its own."""

    _line: AgentLine
    _number: int | None = None

    def request(self, method: str, path: str, *, json: Any = None, data: str | bytes = b"", **options: Any) -> Response:
        """One request. ``json`` is sent as application/json, ``data`` as it is; ``headers`` is a dict."""
        body, content_type = _body(json, data, options.pop("content_type", None))
        sent = {"data": body, "content_type": content_type, **options}
        answer = self._line.raw(
            "request",
            f"{method} {path} was answered",
            client=self.number,
            method=method,
            path=path,
            options=_encoded(sent),
        )
        response, self._line.raised = _response(answer)
        return response

    @property
    def number(self) -> int:
        """The reference number of the client in the sandbox, made on first use."""
        if self._number is None:
            self._number = of_type(Ref, self._line.ask("client")).number
        return self._number

    def login(self, user: Remote) -> None:
        """Logs the user in, without a password."""
        steps = [["get", "force_login"], call((user,), {})]
        self._line.ask("evaluate", "a user was logged in", root=self.number, steps=steps)

    def get(self, path: str, **options: Any) -> Response:
        """GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Response:
        """POST."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Response:
        """PUT."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Response:
        """PATCH."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Response:
        """DELETE."""
        return self.request("DELETE", path, **options)


def _body(json_value: Any, data: str | bytes, content_type: str | None) -> tuple[bytes, str]:
    if json_value is not None:
        return dumps(json_value).encode(), content_type or "application/json"
    body = data.encode() if isinstance(data, str) else data
    return body, content_type or "application/x-www-form-urlencoded"


def _encoded(options: dict[str, Any]) -> dict[str, Any]:
    return {name: encoded(value) for name, value in options.items()}


def _response(answer: Any) -> tuple[Response, Raised | None]:
    try:
        status, headers, body, raised = answer
        if type(status) is not int:
            raise BadReply("not a status")
        pairs = tuple((str(name), str(value)) for name, value in headers)
        return Response(status, pairs, decode(body)), read_raised(raised) if raised else None
    except (BadReply, TypeError, ValueError) as error:
        raise AgentFault("Your project gave an answer that cannot be read.") from error
