"""How a check's database comes to be, on SQLite and on PostgreSQL, from whatever it is to begin with."""

import secrets
from contextlib import ExitStack
from typing import Any

from grader.stage.line import Line
from grader.stage.places import EMPTY, MIGRATED, OnPostgres, OnSqlite, Origin, Place, Vendor
from grader.stage.postgres.databases import PostgresDatabases
from grader.stage.project import Project


class Databases:
    """Those of one agent and its PostgreSQL. A lost agent takes what was made of it along, and it is made again."""

    def __init__(self, project: Project, postgres: PostgresDatabases) -> None:
        self._project, self._postgres = project, postgres
        self._values: dict[tuple[Vendor, Origin], Any] = {}

    def open(self, stack: ExitStack, vendor: Vendor, origin: Origin) -> Place:
        """A database that begins with an origin, until the stack is unwound.

        Whatever is needed for that is done now, and once a run; raises what the project raises then. An empty one is
        made when something is first asked of it: use ``begin_empty``.
        """
        if origin == MIGRATED:
            self._project.ready(vendor)
            return self._copy(stack, vendor, origin)
        if not self.has(vendor, origin):
            self._project.ready()
            self._migrate(vendor, origin)
            self._project.made.add((vendor, origin))
        return self._copy(stack, vendor, origin)

    def begin_empty(self, stack: ExitStack, line: Line) -> None:
        """Moves the line to an empty database, made when something is asked of it."""
        if line.place.vendor == "sqlite":
            line.move(OnSqlite(EMPTY))
            return
        name = f"empty_{secrets.token_hex(8)}"
        line.move(OnPostgres(name), lambda: stack.enter_context(self._postgres.copy(name=name)))

    def recall(self, stack: ExitStack, vendor: Vendor, title: str) -> tuple[Place, Any] | None:
        """A copy of what was built under that title, and the value that was kept with it; ``None`` if nothing was."""
        origin = Origin("built", title)
        if not self.has(vendor, origin):
            return None
        return self._copy(stack, vendor, origin), self._values[vendor, origin]

    def keep(self, stack: ExitStack, line: Line, title: str, value: Any) -> Place:
        """Keeps the line's database as it is now, and gives a copy for the check to go on with."""
        place, origin = line.here(), Origin("built", title)
        if place.vendor == "sqlite":
            line.file()
            self._project.sqlite.keep_at_end(origin)
        line.release()
        if isinstance(place, OnPostgres):
            self._postgres.keep(place.name, origin)
        self._values[place.vendor, origin] = value
        self._project.made.add((place.vendor, origin))
        return self._copy(stack, place.vendor, origin)

    def has(self, vendor: Vendor, origin: Origin) -> bool:
        """Whether it is there to be copied."""
        return (vendor, origin) in self._project.made

    def _copy(self, stack: ExitStack, vendor: Vendor, origin: Origin) -> Place:
        if vendor == "sqlite":
            return OnSqlite(origin)
        copied = self._postgres.migrated() if origin == MIGRATED else self._postgres.copy(origin.database)
        return OnPostgres(stack.enter_context(copied))

    def _migrate(self, vendor: Vendor, origin: Origin) -> None:
        target = origin.how.split()
        if vendor == "sqlite":
            self._project.migrate_sqlite(origin, *target)
        else:
            self._postgres.make(origin.database, lambda name: self._project.migrate(OnPostgres(name), *target))
