"""Answers questions about the learner's project, from beside it in the sandbox. Started as ``agent.py FD``.

Questions and replies are JSON lines on the socket FD (``wire.py`` has the format). The agent knows no check and
no expected value: it evaluates and answers, and whoever replaces it can only answer wrongly. The parent loads
the project once; every check is a child of its own (``fork``) or a transaction that is rolled back
(``savepoint``). One file, longer than others of the grader, because the sandbox is given nothing but this file;
the standard library and the submission's own Django only.
"""
# mypy: ignore-errors
# What Django and the project hand over is dynamic: the types that hold are those that the trusted side reads.

import base64
import contextlib
import datetime
import decimal
import gc
import importlib
import json
import math
import os
import runpy
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
import uuid

ROOT = os.getcwd()
STDLIB = os.path.dirname(os.__file__)
# Libraries that read the environment for a project: a variable read through one of them was asked for by its caller.
ENVIRON_LIBRARIES = ("environ", "environs", "decouple", "dotenv", "pydantic_settings", "dj_database_url", "pydantic")
LARGEST_REPLY = (1 << 20) - 1024
LARGEST_LIST = 5000
ANSWERED = 77
OPS = {}


class Agent:
    """The state of this process: where questions come from, what references stand for, the database in use."""

    def __init__(self, control):
        self.control, self.folder = control, tempfile.mkdtemp(prefix="agent-")
        self.kept, self.handler, self.mode, self.leave, self.captured, self.reads = {}, None, None, None, None, []
        self.rest, self.engine, self.options = b"", None, {}

    def keep(self, value):
        """Keeps an object for later questions: its number."""
        self.kept[len(self.kept) + 1] = value
        return len(self.kept)

    def file(self, name):
        """Where the SQLite database of that name is."""
        return os.path.join(self.folder, f"{name}.sqlite3")

    def question(self):
        """The next question; the process leaves when there will be none."""
        while b"\n" not in self.rest:
            piece = self.control.recv(1 << 16)
            if not piece:
                os._exit(0)
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)

    def reply(self, number, **outcome):
        """Sends a reply, or word that it would be too large."""
        line = json.dumps({"id": number, **outcome}, allow_nan=False).encode()
        if len(line) > LARGEST_REPLY:
            line = json.dumps({"id": number, "raised": {"type": "AnswerTooLarge", "message": ""}}).encode()
        self.control.sendall(line + b"\n")

    def answer(self, question):
        """Carries out one operation and replies with its value, or with what it raised."""
        try:
            outcome = {"ok": encode(OPS[question["op"]](**question.get("with", {})))}
        except BaseException as error:  # SystemExit and KeyboardInterrupt are a project's doing, too
            outcome = {"raised": picture(error)}
        self.reply(question["id"], **outcome)


def op(function):
    """Makes a function an operation under its own name."""
    OPS[function.__name__] = function
    return function


class AsJson(list):
    """Already encoded."""


# --- values -------------------------------------------------------------------------------------------------

SIMPLE = {
    datetime.datetime: ("datetime", lambda v: v.isoformat()),
    datetime.date: ("date", lambda v: v.isoformat()),
    datetime.time: ("time", lambda v: v.isoformat()),
    datetime.timedelta: ("timedelta", lambda v: v // datetime.timedelta(microseconds=1)),
    decimal.Decimal: ("decimal", str),
    uuid.UUID: ("uuid", str),
    bytes: ("bytes", lambda v: base64.b64encode(v).decode()),
}
READ = {
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "timedelta": lambda v: datetime.timedelta(microseconds=v),
    "decimal": decimal.Decimal,
    "uuid": uuid.UUID,
    "bytes": base64.b64decode,
    "float": float,
    "ref": lambda v: AGENT.kept[v],
    "tuple": lambda v: tuple(decode(x) for x in v),
    "set": lambda v: {decode(x) for x in v},
    "dict": lambda v: {decode(k): decode(x) for k, x in v},
}


def encode(value, depth=0):
    """A value as JSON: plain types as they are, known ones tagged, everything else as a reference."""
    if value is None or value is True or value is False:
        return value
    if type(value) is AsJson:
        return list(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        value = float.__float__(value)
        return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
    if type(value) in SIMPLE:
        tag, write = SIMPLE[type(value)]
        return {"$": tag, "v": write(value)}
    return reference(value) if depth > 8 else collection(value, depth + 1)


def collection(value, depth):
    """A collection or a lazy text as JSON; anything else as a reference."""
    kind = type(value)
    if kind.__module__ == "django.utils.functional" and kind.__name__ == "__proxy__":
        return str(value)
    if isinstance(value, dict):
        return {"$": "dict", "v": [[encode(k, depth), encode(v, depth)] for k, v in value.items()]}
    if isinstance(value, list) or kind.__name__ in ("dict_keys", "dict_values"):
        return [encode(x, depth) for x in value]
    if isinstance(value, tuple):
        return {"$": "tuple", "v": [encode(x, depth) for x in value]}
    if isinstance(value, (set, frozenset)):
        return {"$": "set", "v": [encode(x, depth) for x in value]}
    return reference(value)


def reference(value):
    """What stands for an object: its number, its model's or class's name, its key if it is a row."""
    meta = getattr(value, "_meta", None)
    label = getattr(meta, "label", None) or f"{type(value).__module__}.{type(value).__qualname__}"
    picture_ = {"$": "ref", "v": AGENT.keep(value), "type": str(label)[:200], "pk": None, "callable": callable(value)}
    if meta is not None and not isinstance(value, type):
        pk = getattr(value, "pk", None)
        picture_["pk"] = encode(pk) if isinstance(pk, (str, int, uuid.UUID)) else None
    return picture_


def decode(value):
    """The value that a question carries; the trusted side writes no others."""
    if isinstance(value, list):
        return [decode(x) for x in value]
    return READ[value["$"]](value["v"]) if isinstance(value, dict) else value


def inside(path):
    """A path in the submission, from its root; ``None`` for any other file."""
    path = os.path.abspath(path)
    return os.path.relpath(path, ROOT) if path.startswith(ROOT + os.sep) else None


def picture(error):
    """What is told of an exception: its type and bases, fields of a ValidationError, and the learner's frames."""
    frames = [
        [inside(f.filename), f.lineno or 0, f.name, f.line or ""]
        for f in traceback.extract_tb(error.__traceback__)
        if inside(f.filename)
    ]
    if isinstance(error, SyntaxError) and error.filename and inside(error.filename):
        frames.append([inside(error.filename), error.lineno or 0, "<module>", (error.text or "").strip()])
    try:
        message = str(error)[:2000]
    except BaseException:
        message = ""
    return {
        "type": type(error).__name__[:100],
        "bases": [f"{c.__module__}.{c.__qualname__}"[:200] for c in type(error).__mro__[:20]],
        "message": message,
        "fields": fields_of(error),
        "constraint": constraint_of(error),
        "frames": [[*f[:2], f[2][:100], f[3][:200]] for f in frames[-20:]],
    }


def fields_of(error):
    """The messages and codes of a ValidationError, by field; those on the whole under ``__all__``."""
    found = getattr(error, "error_dict", None)
    if found is None and hasattr(error, "error_list"):
        found = {"__all__": error.error_list}
    try:
        return [[str(k), [[str(e.code), " ".join(e.messages)[:300]] for e in v]] for k, v in (found or {}).items()][:50]
    except Exception:
        return []


def constraint_of(error):
    """SQLSTATE, constraint and column of a database's refusal (PostgreSQL), else its message (SQLite)."""
    cause = error.__cause__
    diag = getattr(cause, "diag", None)
    if diag is not None:
        return [str(x or "") for x in (diag.sqlstate, diag.constraint_name, diag.column_name)]
    return ["", str(cause)[:300], ""] if type(cause).__module__ == "sqlite3" else []


# --- the project and its database ---------------------------------------------------------------------------


class TracedEnviron(os._Environ):
    """``os.environ``, noting which line of the project asks for which variable."""

    def __getitem__(self, key):
        note_read(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        note_read(key)
        return super().__contains__(key)

    def setdefault(self, key, value):
        """Not a reading: the project sets it."""
        if self._data.get(self.encodekey(key)) is None:
            self[key] = value
        return super().__getitem__(key)


def note_read(key):
    """Notes the line of the project that asked for a variable, by whatever library."""
    frame = sys._getframe(2)
    while frame is not None:
        path = os.path.abspath(frame.f_code.co_filename)
        library = frame.f_globals.get("__name__", "").partition(".")[0]
        if path != SELF and not path.startswith(STDLIB) and "<frozen" not in path and library not in ENVIRON_LIBRARIES:
            break
        frame = frame.f_back
    if frame is not None and inside(path):
        AGENT.reads.append((str(key)[:200], inside(path), frame.f_lineno))


@op
def setup(settings=None, env=None, database=None, trace=False):
    """Loads the project: its settings, with the database given in their place, then its apps."""
    if trace:
        os.environ.__class__ = TracedEnviron
    for name, value in (env or {}).items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    if settings:
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django
    from django.conf import settings as loaded

    loaded.INSTALLED_APPS  # noqa: B018 - reads the settings
    if database:
        place_database(loaded.DATABASES, database)
        loaded.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()


def place_database(databases, database):
    """Puts the grader's database in the default's place, keeping options that are not about where it is."""
    default = databases.setdefault("default", {})
    options = dict(default.get("OPTIONS", {}))
    options.pop("pool", None)
    AGENT.engine, AGENT.options = default.get("ENGINE"), options
    if AGENT.engine != database["ENGINE"]:
        default.clear()
    default.update(placed(database))


def placed(database):
    """The database as settings name it."""
    options = AGENT.options if database["ENGINE"] == AGENT.engine else {}
    name = database["NAME"]
    if database["ENGINE"].endswith("sqlite3"):
        name = AGENT.file(name)
    return {"USER": "", "PASSWORD": "", "HOST": "", "PORT": "", **database, "NAME": name, "OPTIONS": dict(options)}


@op
def warm():
    """Loads what every check needs, then closes every connection: a fork must inherit nothing that is open."""
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    with contextlib.suppress(Exception):  # whatever fails here fails again in the check that asks for it
        from django.urls import get_resolver

        client = Client()
        client.handler.load_middleware()
        AGENT.handler = client.handler
        get_resolver().url_patterns  # noqa: B018 - imports the views
    warm_django()
    close_connections()
    gc.freeze()
    gc.enable()


def warm_django():
    """What Django leaves to its first use, and every child would pay for again. Nothing of the project's own."""
    from django.apps import apps
    from django.contrib.auth.hashers import make_password
    from django.core.exceptions import ValidationError
    from django.db import connection
    from django.db.models import QuerySet
    from django.utils.text import slugify
    from django.utils.translation import gettext

    with contextlib.suppress(Exception):
        gettext("This field cannot be blank.")
        make_password("warm")
        slugify("Warm")
        connection.ensure_connection()
    for model in apps.get_models():
        with contextlib.suppress(Exception):
            str(QuerySet(model).filter(pk=1).query)
            warm_options(model._meta)
        for validator in (v for field in model._meta.fields for v in field.validators):
            if type(validator).__module__.startswith("django."):
                with contextlib.suppress(Exception):
                    validator("warm@example.com")
    with contextlib.suppress(Exception):
        str(ValidationError({"name": "warm"}))


def warm_options(meta):
    """What Django derives from a model once and keeps with it: its relations, its fields by name, its defaults."""
    meta.related_objects, meta.fields_map, meta.many_to_many, meta.db_returning_fields  # noqa: B018
    for field in meta.concrete_fields:
        field._get_default, field.cached_col, field.error_messages, field.get_lookup("exact")


def close_connections():
    """Closes every connection to a database."""
    from django.db import connections

    connections.close_all()


def use_database(database):
    """Forgets inherited connections, never closing them (the parent's session would end), and takes another one."""
    from django.core.cache import caches
    from django.db import connections

    for handler in (connections, caches):
        for alias in list(handler):
            with contextlib.suppress(AttributeError):
                delattr(handler._connections, alias)
    if database is not None:
        connections.settings["default"].update(placed(database))


def own_file(database):
    """A SQLite file of this check's own, for one that is named ``empty`` or has been migrated before: a copy."""
    if database is None or not database["ENGINE"].endswith("sqlite3"):
        return database
    own = {**database, "NAME": str(os.getpid())}
    if database["NAME"] != "empty":
        shutil.copyfile(placed(database)["NAME"], placed(own)["NAME"])
    return own


@op
def migrate(database, target=()):
    """Runs all migrations in a database, or those up to a target (app and name)."""
    from django.core.management import call_command

    use_database(database)
    call_command("migrate", *target, verbosity=0, interactive=False)
    close_connections()


@op
def template(data=None):
    """Reads the SQLite template, or writes one that was read before."""
    with open(AGENT.file("template"), "rb" if data is None else "wb") as file:
        return file.read() if data is None else file.write(decode(data))


@op
def keep(name):
    """Keeps this check's SQLite file under a name, for checks that begin where it stands."""
    close_connections()
    shutil.copyfile(AGENT.file(os.getpid()), AGENT.file(name))


# --- what checks ask ----------------------------------------------------------------------------------------


def root_of(root):
    """What a question begins at: a kept object, ``module:name`` or a model's label."""
    if isinstance(root, int):
        return AGENT.kept[root]
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
    if AGENT.mode == "savepoint" and any(step[0] in ("call", "list") for step in steps):
        from django.db import transaction

        with transaction.atomic():
            return follow(root, steps)
    return follow(root, steps)


@op
def race(programs, atomic=False):
    """Runs programs at once, a thread and connection each. ``atomic``: in transactions that surely overlap."""
    from django.db import connection, transaction

    start, end, outcomes = threading.Barrier(len(programs)), threading.Barrier(len(programs)), [None] * len(programs)

    def run(number, program):
        try:
            with transaction.atomic() if atomic else contextlib.nullcontext():
                start.wait(5)
                outcomes[number] = [True, encode(follow(*program))]
                if atomic:
                    with contextlib.suppress(threading.BrokenBarrierError):
                        end.wait(0.5)  # the other may be waiting for our commit
        except BaseException as error:
            outcomes[number] = [False, picture(error)]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return AsJson(outcomes)


@op
def client():
    """A test client with cookies of its own, on the one handler that the parent loaded."""
    from django.test import Client

    new = Client(raise_request_exception=False)
    if AGENT.handler is not None:
        new.handler = AGENT.handler
    return new


@op
def request(client, method, path, options):
    """One request; ``options`` are those of Django's test client. Status, headers, body, and what the view raised."""
    from django.db import close_old_connections

    if AGENT.mode == "fork":
        close_old_connections()  # what a server does before each request, and the test client leaves out
    response = AGENT.kept[client].generic(method, path, **{k: decode(v) for k, v in options.items()})
    body = b"".join(response.streaming_content) if response.streaming else response.content
    raised = getattr(response, "exc_info", None)
    headers = [[str(name), str(value)] for name, value in response.items()]
    shown = picture(raised[1]) if raised else None
    return AsJson([response.status_code, headers, encode(body[: 1 << 19]), shown])


@op
def manage(argv):
    """A management command in this process: its exit code and all that it wrote."""
    from django.core.management import execute_from_command_line

    return captured(lambda: execute_from_command_line(["manage.py", *argv]))


@op
def script(argv, env):
    """``python manage.py ...`` in a process that has loaded nothing yet."""
    os.environ.update(env)
    sys.argv = ["manage.py", *argv]
    return captured(lambda: as_program(os.path.join(ROOT, "manage.py")))


def as_program(path):
    """Runs a program as its own process would: an exception is a traceback and exit code 1."""
    try:
        runpy.run_path(path, run_name="__main__")
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def captured(run):
    """The exit code of ``run`` and what it wrote, by whatever means."""
    with tempfile.TemporaryFile() as file:
        kept, code = [os.dup(1), os.dup(2)], 0
        streams = sys.stdout, sys.stderr
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        sys.stdout = sys.stderr = open(1, "w", buffering=1, errors="replace", closefd=False)  # noqa: SIM115
        try:
            run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
            sys.stdout, sys.stderr = streams
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
        file.seek(0)
        return code, file.read(1 << 16).decode(errors="replace")


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
        AGENT.captured = CaptureQueriesContext(connection)
        AGENT.captured.__enter__()
        return []
    AGENT.captured.__exit__(None, None, None)
    return [query["sql"] for query in AGENT.captured.captured_queries]


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
    return list(dict.fromkeys(AGENT.reads))


@op
def describe():
    """The models of the project's own apps."""
    from django.apps import apps

    own = [model for model in apps.get_models() if inside(apps.get_app_config(model._meta.app_label).path)]
    return [describe_model(model) for model in own]


def describe_model(model):
    """One model as plain data."""
    meta = model._meta
    return {
        "label": meta.label,
        "app": meta.app_label,
        "name": model.__name__,
        "module": model.__module__,
        "table": meta.db_table,
        "verbose_name": str(meta.verbose_name),
        "verbose_name_plural": str(meta.verbose_name_plural),
        "ordering": [str(o) for o in meta.ordering],
        "managers": [m.name for m in meta.managers],
        "fields": [describe_field(model, f) for f in (*meta.fields, *meta.many_to_many)],
        "constraints": [describe_constraint(c) for c in meta.constraints],
        "indexes": [describe_constraint(i) for i in meta.indexes],
    }


def describe_field(model, field):
    """One field as plain data."""
    remote = field.remote_field
    default = field.default if field.has_default() else None
    return {
        "name": field.name,
        "column": field.column or "",
        "type": type(field).__name__,
        "kinds": [c.__name__ for c in type(field).__mro__][:-1],
        "declared_in": declared_in(model, field),
        "max_length": field.max_length,
        "null": field.null,
        "blank": field.blank,
        "unique": field.unique,
        "primary_key": field.primary_key,
        "choices": [value for value, _ in field.flatchoices],
        "default": getattr(default, "__name__", "callable") if callable(default) else default,
        "auto_now": bool(getattr(field, "auto_now", False)),
        "auto_now_add": bool(getattr(field, "auto_now_add", False)),
        "target": remote.model._meta.label if remote else "",
        "related_name": str(remote.related_name or "") if remote else "",
        "on_delete": getattr(getattr(remote, "on_delete", None), "__name__", "") if remote else "",
    }


def declared_in(model, field):
    """The module of the class, furthest up, that declares the field: Django's own for what is inherited from it."""
    for base in reversed(model.__mro__):
        meta = getattr(base, "_meta", None)
        if meta and any(f.name == field.name for f in (*meta.local_fields, *meta.local_many_to_many)):
            return base.__module__
    return model.__module__


def describe_constraint(item):
    """One constraint or index as plain data."""
    return {
        "name": item.name,
        "type": type(item).__name__,
        "fields": [str(f) for f in getattr(item, "fields", ())],
        "expressions": [str(e) for e in getattr(item, "expressions", ())],
        "condition": str(getattr(item, "condition", None) or ""),
    }


# --- a check of its own -------------------------------------------------------------------------------------


def in_child(work):
    """Does something in a child of its own: its number, and how it ended."""
    child = os.fork()
    if child == 0:
        try:
            gc.disable()  # it lives for one check; collecting in it also copies what it shares with its parent
            work()
        finally:
            os._exit(1)
    return child, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def begin_fork(question):
    """A child for this check; when it has ended, however it did, the parent says so."""

    def work():
        os.setsid()
        AGENT.answer({"id": question["id"], "op": "enter", "with": question["with"]})
        serve()

    child, status = in_child(work)
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.unlink(AGENT.file(child))
    AGENT.reply(question["id"], ended=status)


@op
def enter(mode, database=None):
    """In the child of a check: takes its database."""
    AGENT.mode = mode
    if database is not None:
        use_database(own_file(database))


def begin_savepoint(question):
    """A transaction for this check, in the process and the database that all checks share."""
    block = None
    try:
        block = enter_savepoint(**question["with"])
        AGENT.reply(question["id"], ok=None)
        serve()
    except Exception as error:
        AGENT.reply(question["id"], raised=picture(error))
    finally:
        with contextlib.suppress(Exception):
            roll_back(block)
    AGENT.kept.clear()
    AGENT.reply(question["id"], ended=0)


def enter_savepoint(mode, database):
    """Begins the transaction of a check."""
    from django.core.cache import caches
    from django.db import transaction

    if AGENT.mode is None:
        enter(mode, database)
    with contextlib.suppress(Exception):
        caches["default"].clear()
    block = transaction.atomic()
    block.__enter__()
    return block


def roll_back(block):
    """Undoes all that a check has done."""
    from django.db import transaction

    if block is not None:
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


def serve():
    """Answers until the check ends: a child then leaves, a savepoint is rolled back."""
    while (question := AGENT.question())["op"] != "end":
        AGENT.answer(question)
    if AGENT.mode != "savepoint":
        os._exit(0)


def apart(question):
    """Answers in a child, so that nothing that the project does there stays in the parent."""
    _, status = in_child(lambda: (AGENT.answer(question), os._exit(ANSWERED)))
    if status != ANSWERED:
        AGENT.reply(question["id"], ended=status)


def main():
    """The parent: answers, and gives each check a place of its own."""
    while True:
        question = AGENT.question()
        if question["op"] == "migrate":
            apart(question)
        elif question["op"] == "begin":
            (begin_savepoint if question["with"]["mode"] == "savepoint" else begin_fork)(question)
        else:
            AGENT.answer(question)


if __name__ == "__main__":
    SELF = os.path.abspath(__file__)
    gc.disable()  # until the project is loaded: none of that is garbage, and looking takes a tenth of the start
    AGENT = Agent(socket.socket(fileno=int(sys.argv[1])))
    main()
