"""Runs inside the sandbox, beside the project: its settings with another database, its migrations, and a server.

Standard library and the submission's own Django only.
"""

import importlib
import os
import socket
import socketserver
import sys
from typing import Any
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer


def use_sqlite() -> None:
    """Changes the settings before Django reads them, whether a module or a class of it has them."""
    name, file = os.environ.get("DJANGO_CONFIGURATION"), os.environ["TRACK_DATA"]
    databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": {"timeout": 20}}}
    if name:
        importlib.import_module("configurations").setup()
    settings: Any = importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    settings.DATABASES = databases
    if name:
        importlib.import_module("django.conf").settings.DATABASES = databases

    importlib.import_module("django.db.backends.signals").connection_created.connect(_keep_journal, weak=False)


def _keep_journal(connection: Any, **_: Any) -> None:
    """In memory: beside the database nothing can be written."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = MEMORY")


def migrate() -> None:
    """All migrations; what they raise goes to standard error."""
    importlib.import_module("django").setup()
    importlib.import_module("django.core.management").call_command("migrate", verbosity=0, interactive=False)


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        """The socket is bound."""
        self.server_name, self.server_port = "localhost", 80
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    """Says nothing of itself, and takes who asks from the header of the proxy in front."""

    timeout = 30

    def get_environ(self) -> dict[str, Any]:
        """See ``WSGIRequestHandler``."""
        self.client_address = (self.headers.get("X-Forwarded-For", "127.0.0.1").split(",")[0], 0)
        return super().get_environ()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


def serve(fd: int, application: str) -> None:
    """Serves ``module:name`` at a listening socket, for good."""
    module, _, name = application.partition(":")
    ServerHandler.server_software = ""
    server = _Server(("", 0), _Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=fd)
    server.server_bind()
    server.set_app(getattr(importlib.import_module(module), name))
    sys.stdout.flush()
    server.serve_forever()
