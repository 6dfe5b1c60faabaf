"""Loads the learner's project, and puts the database of a check in the place of its own."""

from __future__ import annotations

import contextlib
import gc
import os

from .ahead import forget_empty_folders
from .loading import limited_load
from .reads import traced_environ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .process import Agent


def setup(
    agent: Agent,
    settings: str | None = None,
    env: Mapping[str, str | None] | None = None,
    database: Mapping[str, Any] | None = None,
    trace: bool = False,
) -> None:
    """Loads the project: its settings, with the database given in their place, then its apps.

    Raises ``StillLoading`` for one that does not come to an end.
    """
    if trace:
        os.environ.__class__ = traced_environ(agent)
    for name, value in (env or {}).items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    if settings:
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    forget_empty_folders(agent.root)
    import django
    from django.conf import settings as loaded

    with limited_load():
        loaded.INSTALLED_APPS  # noqa: B018 - reads the settings
        if database:
            replace_default(agent, loaded.DATABASES, database)
            loaded.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        django.setup()


def replace_default(agent: Agent, databases: dict[str, Any], database: Mapping[str, Any]) -> None:
    """Puts the grader's database in the default's place, keeping options that are not about where it is."""
    default = databases.setdefault("default", {})
    options = dict(default.get("OPTIONS", {}))
    options.pop("pool", None)
    agent.engine, agent.options = default.get("ENGINE"), options
    if agent.engine != database["ENGINE"]:
        default.clear()
    default.update(connection_settings(agent, database))


def connection_settings(agent: Agent, database: Mapping[str, Any]) -> dict[str, Any]:
    """The database as settings name it."""
    options = agent.options if database["ENGINE"] == agent.engine else {}
    name = database["NAME"]
    if database["ENGINE"].endswith("sqlite3"):
        name = agent.database_file(name)
    return {"USER": "", "PASSWORD": "", "HOST": "", "PORT": "", **database, "NAME": name, "OPTIONS": dict(options)}


def warm(agent: Agent) -> None:
    """Loads what every check needs, then closes every connection: a fork must inherit nothing that is open."""
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    with limited_load(), contextlib.suppress(Exception):  # what fails here fails again in the check that asks for it
        client = Client()
        client.handler.load_middleware()
        agent.handler = client.handler
        import_urls()
    warm_django()
    close_connections()
    gc.freeze()
    gc.enable()


def urls(agent: Agent) -> None:
    """Imports the URLconf by itself. Raises what it raises, or ``StillLoading`` where it does not come to an end."""
    with limited_load():
        import_urls()


def import_urls() -> None:
    """The URLconf of the settings, and with it the views; whatever that raises comes through."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - imports them


def warm_django() -> None:
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


def warm_options(meta: Any) -> None:
    """What Django derives from a model once and keeps with it: its relations, its fields by name, its defaults."""
    meta.related_objects, meta.fields_map, meta.many_to_many, meta.db_returning_fields  # noqa: B018
    for field in meta.concrete_fields:
        field._get_default, field.cached_col, field.error_messages, field.get_lookup("exact")


def disconnect(agent: Agent) -> None:
    """Lets the database go, so that the trusted side may write into it."""
    close_connections()


def close_connections() -> None:
    """Closes every connection to a database."""
    from django.db import connections

    connections.close_all()


def use_database(agent: Agent, database: Mapping[str, Any] | None) -> None:
    """Forgets inherited connections, never closing them (the parent's session would end), and takes another one."""
    from django.core.cache import caches
    from django.db import connections

    for handler in (connections, caches):
        for alias in list(handler):
            with contextlib.suppress(AttributeError):
                delattr(handler._connections, alias)
    if database is not None:
        connections.settings["default"].update(connection_settings(agent, database))
