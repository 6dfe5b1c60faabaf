"""Loads the learner's project, and puts the database of a check in the place of its own."""
# mypy: ignore-errors

import contextlib
import gc
import os
import sys

from . import state
from .state import inside, op

HERE = os.path.dirname(os.path.abspath(__file__))
STDLIB = os.path.dirname(os.__file__)
# Libraries that read the environment for a project: a variable read through one of them was asked for by its caller.
ENVIRON_LIBRARIES = ("environ", "environs", "decouple", "dotenv", "pydantic_settings", "dj_database_url", "pydantic")


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
        if not path.startswith((HERE, STDLIB)) and "<frozen" not in path and library not in ENVIRON_LIBRARIES:
            break
        frame = frame.f_back
    if frame is not None and inside(path):
        state.AGENT.reads.append((str(key)[:200], inside(path), frame.f_lineno))


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
    state.AGENT.engine, state.AGENT.options = default.get("ENGINE"), options
    if state.AGENT.engine != database["ENGINE"]:
        default.clear()
    default.update(placed(database))


def placed(database):
    """The database as settings name it."""
    options = state.AGENT.options if database["ENGINE"] == state.AGENT.engine else {}
    name = database["NAME"]
    if database["ENGINE"].endswith("sqlite3"):
        name = state.AGENT.file(name)
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
        state.AGENT.handler = client.handler
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


@op
def disconnect():
    """Lets the database go, so that the trusted side may write into it."""
    close_connections()


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
