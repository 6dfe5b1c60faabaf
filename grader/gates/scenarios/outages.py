"""What bears with a service that is away: handlers of its errors, and what tries again."""

import ast
from collections.abc import Iterator

from grader.gates.scenarios.module import Module, Placed, keyword, last_name, words_of
from grader.gates.scenarios.protection import Protection

_DATABASE = frozenset({"DatabaseError", "OperationalError", "InterfaceError"})
_DRIVERS = ("django", "psycopg", "psycopg2", "sqlite3", "MySQLdb")
_REDIS = frozenset({"RedisError", "ConnectionInterrupted", "CacheError", "ResponseError"})
_MAIL = frozenset({"BadHeaderError"})
_NETWORK = frozenset({"OSError", "ConnectionError", "TimeoutError", "timeout", "*"})
_ASKS = {
    "database": frozenset({"connection", "connections", "cursor", "ensure_connection"}),
    "cache": frozenset({"cache", "caches", "redis", "Redis", "get_redis_connection", "StrictRedis"}),
    "mail": frozenset(
        {"send_mail", "EmailMessage", "send_mass_mail", "mail_admins", "smtplib", "SMTP", "send_messages"}
    ),
}
_MAILING = ("django.core.mail", "smtplib")
_RETRIES = ("autoretry_for", "retry_for")


def outages(module: Module) -> Iterator[Protection]:
    """What a module has against a database, a cache or a mail server that does not answer."""
    for at in module.parts:
        match at.node:
            case ast.Try(handlers=handlers) if at.function:
                for handler in handlers:
                    yield from _handler(module, at, at.node, handler)
            case ast.With(items=items) if at.function:
                for item in items:
                    yield from _suppressed(module, at, at.node, item.context_expr)
            case ast.Call():
                yield from _again(module, at, at.node)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _RETRIES and not at.function:
                yield module.instead("mail", at, value, "()", "nothing is tried again")
            case ast.Dict():
                yield from _ignored(module, at, at.node)


def _handler(module: Module, at: Placed, node: ast.Try, handler: ast.ExceptHandler) -> Iterator[Protection]:
    caught = module.exceptions(handler.type)
    if all(isinstance(each, ast.Raise) and each.exc is None for each in handler.body):
        return
    for scenario in _scenarios(module, caught, node.body):
        yield module.before(scenario, at.function, handler.body, "raise", "the error goes on as if nobody caught it")


def _suppressed(module: Module, at: Placed, node: ast.With, call: ast.expr) -> Iterator[Protection]:
    if isinstance(call, ast.Call) and last_name(call) == "suppress":
        caught = frozenset[str]().union(*(module.exceptions(each) for each in call.args))
        for scenario in _scenarios(module, caught, node.body):
            yield module.instead(scenario, at, call, f"{module.source.of(call.func)}()", "the error goes on")


def _scenarios(module: Module, caught: frozenset[str], body: list[ast.stmt]) -> Iterator[str]:
    """Of which services these are the errors. What any of them may raise counts for those that the body asks."""
    origin = {name: module.imported.get(name, "").partition(".")[0] for name in caught}
    if any(name in _DATABASE and (origin[name] in _DRIVERS or not origin[name]) for name in caught):
        yield "database"
    if caught & _REDIS or any(origin[name] in ("kombu", "redis") for name in caught):
        yield "cache"
    if caught & _MAIL or any(name.startswith("SMTP") for name in caught):
        yield "mail"
    elif caught & _NETWORK and not caught & (_DATABASE | _REDIS):
        near = _asked(words_of(body))
        if not near and "*" in caught:  # a function that is given what it has to ask
            near = _asked(frozenset(module.imported)) if _calls_its_argument(module, body) else []
        yield from near


def _asked(words: frozenset[str]) -> list[str]:
    return [scenario for scenario, names in _ASKS.items() if words & names]


def _calls_its_argument(module: Module, body: list[ast.stmt]) -> bool:
    """Whether the function that the body is in was given what it calls there."""
    calls = (each.func for part in body for each in ast.walk(part) if isinstance(each, ast.Call))
    called = {each.id for each in calls if isinstance(each, ast.Name)}
    functions = (at.node for at in module.parts if isinstance(at.node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    around = (each for each in functions if any(part is body[0] for part in ast.walk(each)))
    return any(called & {each.arg for each in function.args.args} for function in around)


def _again(module: Module, at: Placed, node: ast.Call) -> Iterator[Protection]:
    given = keyword(node, *_RETRIES)
    if given is not None and not isinstance(given.value, ast.Constant):
        outside = Placed(at.node, "", at.owners, at.inside)
        yield module.instead("mail", outside, given.value, "()", "nothing is tried again")
    silent = keyword(node, "fail_silently")
    if silent is not None and isinstance(silent.value, ast.Constant) and silent.value.value is True and at.function:
        yield module.instead("mail", at, silent.value, "False", "what cannot be sent is an error")
    method = node.func if isinstance(node.func, ast.Attribute) and at.function else None
    if method is not None and method.attr == "retry" and last_name(method.value) in ("self", "task"):
        yield module.instead("mail", at, node, "RuntimeError('not tried again')", "nothing is tried again")


def _ignored(module: Module, at: Placed, node: ast.Dict) -> Iterator[Protection]:
    """An option of django-redis."""
    for key, value in zip(node.keys, node.values, strict=True):
        named = isinstance(key, ast.Constant) and key.value == "IGNORE_EXCEPTIONS"
        if named and isinstance(value, ast.Constant) and value.value is True and not at.function:
            yield module.instead("cache", at, value, "False", "an error of the cache goes on")
