"""What checks ask of the project: values, calls, requests, statements, settings."""

from __future__ import annotations

import importlib
import types

from .errors import serialize_exception
from .loading import limited_load
from .values import Encoded, decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .process import Agent

LARGEST_LIST = 5000
LARGEST_BODY = 1 << 19


def root_of(agent: Agent, root: int | str) -> Any:
    """What a question begins at: the object of a reference, ``module:name`` or a model's label."""
    if isinstance(root, int):
        return agent.objects[root]
    if ":" in root:
        module, _, name = root.partition(":")
        with limited_load():
            value: Any = importlib.import_module(module)
        for part in filter(None, name.split(".")):
            value = getattr(value, part)
        return value
    from django.apps import apps

    return apps.get_model(root)


def call(agent: Agent, value: Any, args: Any, kwargs: Mapping[str, Any]) -> Any:
    """Calls it with arguments as questions carry them."""
    return value(*decode(args, agent.objects), **{k: decode(v, agent.objects) for k, v in kwargs.items()})


def item(agent: Agent, value: Any, key: Any) -> Any:
    """One item, or those of a slice."""
    if isinstance(key, dict) and "slice" in key:
        return value[slice(*key["slice"])]
    return value[decode(key, agent.objects)]


def also(agent: Agent, value: Any, steps: Sequence[Any]) -> Any:
    """The value itself, after steps from it were taken for what they do."""
    walk(agent, value, steps)
    return value


STEPS: Mapping[str, Callable[..., Any]] = types.MappingProxyType(
    {
        "get": lambda agent, value, name: getattr(value, name),
        "set": lambda agent, value, name, new: setattr(value, name, decode(new, agent.objects)),
        "call": call,
        "item": item,
        "list": lambda agent, value: [x for x, _ in zip(value, range(LARGEST_LIST), strict=False)],
        "len": lambda agent, value: len(value),
        "text": lambda agent, value: str(value),
        "truth": lambda agent, value: bool(value),
        "also": also,
    }
)


def walk(agent: Agent, value: Any, steps: Sequence[Any]) -> Any:
    """The value at the end of the steps."""
    for name, *arguments in steps:
        value = STEPS[name](agent, value, *arguments)
    return value


def follow(agent: Agent, root: int | str, steps: Sequence[Any]) -> Any:
    """The value that the steps lead to from a root."""
    return walk(agent, root_of(agent, root), steps)


def evaluate(agent: Agent, root: int | str, steps: Sequence[Any]) -> Any:
    """Follows steps from a reference, a model label or ``module:name``. A failed call leaves no broken transaction."""
    if agent.mode == "savepoint" and any(step[0] in ("call", "list") for step in steps):
        from django.db import transaction

        with transaction.atomic():
            return follow(agent, root, steps)
    return follow(agent, root, steps)


def batch(agent: Agent, programs: Sequence[tuple[int | str, Sequence[Any]]]) -> list[Any]:
    """The values of several such questions, in order; one that raises is the last that is asked."""
    return [evaluate(agent, root, steps) for root, steps in programs]


def client(agent: Agent) -> Any:
    """A test client with cookies of its own, on the one handler that the parent loaded."""
    from django.test import Client

    new = Client(raise_request_exception=False)
    if agent.handler is not None:
        new.handler = agent.handler
    return new


def request(agent: Agent, client: int, method: str, path: str, options: dict[str, Any]) -> Encoded:
    """One request; ``options`` are those of Django's test client. Status, headers, body, and what the view raised."""
    from django.db import close_old_connections

    if agent.mode == "fork":
        close_old_connections()  # what a server does before each request, and the test client leaves out
    django_client: Any = agent.objects[client]
    response = django_client.generic(method, path, **{k: decode(v, agent.objects) for k, v in options.items()})
    body = b"".join(response.streaming_content) if response.streaming else response.content
    raised = getattr(response, "exc_info", None)
    headers = [[str(name), str(value)] for name, value in response.items()]
    error = serialize_exception(raised[1], agent.root) if raised else None
    return Encoded([response.status_code, headers, encode(body[:LARGEST_BODY], agent.reference), error])


def sql(agent: Agent, statement: str, params: Any) -> list[tuple[Any, ...]]:
    """Plain SQL on this check's connection: the rows."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, decode(params, agent.objects) or None)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


def capture(agent: Agent, on: bool) -> list[str]:
    """Begins or ends the noting of queries; at the end, their SQL."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    if on:
        agent.captured = CaptureQueriesContext(connection)
        agent.captured.__enter__()
        return []
    agent.captured.__exit__(None, None, None)
    return [query["sql"] for query in agent.captured.captured_queries]


def historical(agent: Agent, label: str) -> Any:
    """A model as the migrations applied so far leave it."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    applied = [node for node in executor.loader.graph.nodes if node in executor.loader.applied_migrations]
    return executor.loader.project_state(applied).apps.get_model(label)


def unapplied(agent: Agent) -> list[str]:
    """What is still to be applied, as ``app.name``, in order."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def settings(agent: Agent) -> dict[str, Any]:
    """All settings, by name."""
    from django.conf import settings as loaded

    return {name: getattr(loaded, name) for name in dir(loaded) if name.isupper()}


def environ(agent: Agent) -> list[tuple[str, str, int]]:
    """The environment variables that the project's own code has read: name, path, line."""
    return list(dict.fromkeys(agent.environ_reads))
