"""What checks ask of the project: values, calls, requests, statements, settings."""
# mypy: ignore-errors

import importlib

from . import state
from .errors import serialize_exception
from .state import AsJson, op
from .values import decode, encode

LARGEST_LIST = 5000


def root_of(root):
    """What a question begins at: a kept object, ``module:name`` or a model's label."""
    if isinstance(root, int):
        return state.AGENT.kept[root]
    if ":" in root:
        module, _, name = root.partition(":")
        value = importlib.import_module(module)
        for part in filter(None, name.split(".")):
            value = getattr(value, part)
        return value
    from django.apps import apps

    return apps.get_model(root)


STEPS = {
    "get": lambda value, name: getattr(value, name),
    "set": lambda value, name, new: setattr(value, name, decode(new)),
    "call": lambda value, args, kwargs: value(*decode(args), **{k: decode(v) for k, v in kwargs.items()}),
    "item": lambda value, key: value[slice(*key["slice"]) if isinstance(key, dict) and "slice" in key else decode(key)],
    "list": lambda value: [x for x, _ in zip(value, range(LARGEST_LIST), strict=False)],
    "len": len,
    "text": str,
    "truth": bool,
    "also": lambda value, steps: (walk(value, steps), value)[1],
}


def walk(value, steps):
    """The value at the end of the steps."""
    for name, *arguments in steps:
        value = STEPS[name](value, *arguments)
    return value


def follow(root, steps):
    """The value that they lead to from a root."""
    return walk(root_of(root), steps)


@op
def evaluate(root, steps):
    """Follows steps from a reference, a model label or ``module:name``. A failed call leaves no broken transaction."""
    if state.AGENT.mode == "savepoint" and any(step[0] in ("call", "list") for step in steps):
        from django.db import transaction

        with transaction.atomic():
            return follow(root, steps)
    return follow(root, steps)


@op
def client():
    """A test client with cookies of its own, on the one handler that the parent loaded."""
    from django.test import Client

    new = Client(raise_request_exception=False)
    if state.AGENT.handler is not None:
        new.handler = state.AGENT.handler
    return new


@op
def request(client, method, path, options):
    """One request; ``options`` are those of Django's test client. Status, headers, body, and what the view raised."""
    from django.db import close_old_connections

    if state.AGENT.mode == "fork":
        close_old_connections()  # what a server does before each request, and the test client leaves out
    response = state.AGENT.kept[client].generic(method, path, **{k: decode(v) for k, v in options.items()})
    body = b"".join(response.streaming_content) if response.streaming else response.content
    raised = getattr(response, "exc_info", None)
    headers = [[str(name), str(value)] for name, value in response.items()]
    shown = serialize_exception(raised[1]) if raised else None
    return AsJson([response.status_code, headers, encode(body[: 1 << 19]), shown])


@op
def sql(statement, params):
    """Plain SQL on this check's connection: the rows."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, decode(params) or None)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


@op
def capture(on):
    """Begins or ends the noting of queries; at the end, their SQL."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    if on:
        state.AGENT.captured = CaptureQueriesContext(connection)
        state.AGENT.captured.__enter__()
        return []
    state.AGENT.captured.__exit__(None, None, None)
    return [query["sql"] for query in state.AGENT.captured.captured_queries]


@op
def historical(label):
    """A model as the migrations applied so far leave it."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    applied = [node for node in executor.loader.graph.nodes if node in executor.loader.applied_migrations]
    return executor.loader.project_state(applied).apps.get_model(label)


@op
def unapplied():
    """What is still to be applied, as ``app.name``, in order."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


@op
def settings():
    """All settings, by name."""
    from django.conf import settings as loaded

    return {name: getattr(loaded, name) for name in dir(loaded) if name.isupper()}


@op
def environ():
    """The environment variables that the project's own code has read: name, path, line."""
    return list(dict.fromkeys(state.AGENT.reads))
