"""What can be done before there is a project; and of which of its files code runs, once there is."""

from __future__ import annotations

import contextlib
import importlib
import sys

from .errors import path_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types

    from .process import Agent

# Of Django alone, which comes before the project wherever modules are looked for, and only what reads no setting when
# it is imported: a project finds all as if it had come first itself.
PACKAGES = (
    "django.apps",
    "django.conf",
    "django.contrib.auth.hashers",
    "django.core.handlers.wsgi",
    "django.core.mail",
    "django.core.management.commands.migrate",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.db.models",
    "django.db.models.functions",
    "django.test",
    "django.test.utils",
    "django.urls",
    "django.views.generic",
)
TOOL = 4  # one of the numbers that nobody has a name for


def preload(agent: Agent) -> list[str]:
    """Imports packages that nearly every project does; those that cannot be had by themselves are left to it."""
    loaded = []
    for name in PACKAGES:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
            loaded.append(name)
    return loaded


def forget_empty_folders(root: str) -> None:
    """Has Python look anew into the folders of the project, which may not have been there when it last did."""
    for path in [path for path in sys.path_importer_cache if path.startswith(root)]:
        del sys.path_importer_cache[path]
    importlib.invalidate_caches()


def note(agent: Agent) -> None:
    """From now on it is noted of which files of the project code runs: once each, until ``noted`` is asked."""
    monitoring = sys.monitoring

    def begins(code: types.CodeType, offset: int) -> object:
        if path := path_below(agent.root, code.co_filename):
            agent.noted.add(path)
        return monitoring.DISABLE

    with contextlib.suppress(ValueError):  # the number is taken: then nothing is noted
        monitoring.use_tool_id(TOOL, "grader")
        monitoring.register_callback(TOOL, monitoring.events.PY_START, begins)
        monitoring.set_events(TOOL, monitoring.events.PY_START)


def noted(agent: Agent) -> list[str]:
    """The files that code ran of since this was last asked."""
    found = sorted(agent.noted)
    agent.noted.clear()
    sys.monitoring.restart_events()
    return found
