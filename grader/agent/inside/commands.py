"""Runs management commands: as the project's own ``manage.py`` does, or Django's own and nobody else's."""

from __future__ import annotations

import contextlib
import importlib
import os
import runpy
import sys
import tempfile
import traceback

from .project import close_connections, use_database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .process import Agent

LARGEST_OUTPUT = 1 << 16


def migrate(agent: Agent, database: Mapping[str, Any], target: Sequence[str] = ()) -> None:
    """Runs all migrations in a database, or those up to a target (app and name)."""
    from django.core.management import call_command
    from django.core.management.commands.migrate import Command

    use_database(agent, database)
    call_command(Command(), *target, verbosity=0, interactive=False)
    close_connections()


def manage(agent: Agent, argv: Sequence[str]) -> tuple[int, str]:
    """A management command in this process: its exit code and all that it wrote."""
    from django.core.management import execute_from_command_line

    return captured(lambda: execute_from_command_line(["manage.py", *argv]))


def core(agent: Agent, argv: Sequence[str]) -> tuple[int, str]:
    """One of Django's own commands in this process, whatever the project calls by its name."""
    found = importlib.import_module(f"django.core.management.commands.{argv[0]}")
    return captured(lambda: found.Command().run_from_argv(["manage.py", *argv]))


def script(agent: Agent, argv: Sequence[str], env: Mapping[str, str], path: str) -> tuple[int, str]:
    """``python manage.py ...`` in a process that has loaded nothing yet; ``path`` leads to manage.py from the root."""
    os.environ.update(env)
    sys.argv = [path, *argv]
    return captured(lambda: run_as_program(os.path.join(agent.root, path)))


def run_as_program(path: str) -> None:
    """Runs a program as its own process would: an exception is a traceback and exit code 1."""
    try:
        runpy.run_path(path, run_name="__main__")
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def captured(run: Callable[[], object]) -> tuple[int, str]:
    """The exit code of ``run`` and what it wrote, by whatever means."""
    with tempfile.TemporaryFile() as file:
        saved, code = [os.dup(1), os.dup(2)], 0
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
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
        file.seek(0)
        return code, file.read(LARGEST_OUTPUT).decode(errors="replace")
