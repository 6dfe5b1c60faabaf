"""How a check's database comes to be, on SQLite and on PostgreSQL, from whatever it is to begin with."""

import secrets
from collections.abc import Callable
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

        Whatever is needed for that is done now, and once a run; raises what the project raises then. For an empty one
        use ``empty``.
        """
        if origin == MIGRATED:
            self._project.ready(vendor)
        elif not self.has(vendor, origin):
            self._project.ready()
            self._migrate(vendor, origin)
            self._project.origins.add((vendor, origin))
        return self.copy(stack, vendor, origin)

    def empty(self, stack: ExitStack, vendor: Vendor) -> tuple[Place, Callable[[], object]]:
        """An empty database, and what makes it: to be called when something is first asked of it."""
        if vendor == "sqlite":
            return OnSqlite(EMPTY), lambda: None
        name = f"empty_{secrets.token_hex(8)}"
        return OnPostgres(name), lambda: stack.enter_context(self._postgres.copy(EMPTY, name=name))

    def saved(self, stack: ExitStack, vendor: Vendor, title: str) -> tuple[Place, Any] | None:
        """A copy of what was saved under that title, and the value that was saved with it; ``None`` if nothing was."""
        origin = Origin("built", title)
        if not self.has(vendor, origin):
            return None
        return self.copy(stack, vendor, origin), self._values[vendor, origin]

    def save(self, stack: ExitStack, line: Line, title: str, value: Any) -> Place:
        """Saves the line's database as it is now, and gives a copy for the check to go on with."""
        place, origin = line.prepared_place(), Origin("built", title)
        if place.vendor == "sqlite":
            line.sqlite_file()
            self._project.sqlite.save_at_end(origin)
        line.release()
        if isinstance(place, OnPostgres):
            self._postgres.save(place.name, origin)
        self._values[place.vendor, origin] = value
        self._project.origins.add((place.vendor, origin))
        return self.copy(stack, place.vendor, origin)

    def has(self, vendor: Vendor, origin: Origin) -> bool:
        """Whether it is there to be copied."""
        return (vendor, origin) in self._project.origins

    def copy(self, stack: ExitStack, vendor: Vendor, origin: Origin) -> Place:
        """A database that begins with an origin which is there, until the stack is unwound."""
        if vendor == "sqlite":
            return OnSqlite(origin)
        return OnPostgres(stack.enter_context(self._postgres.copy(origin)))

    def _migrate(self, vendor: Vendor, origin: Origin) -> None:
        target = origin.how.split()
        if vendor == "sqlite":
            self._project.migrate_sqlite(origin, *target)
        else:
            self._postgres.make(origin, lambda name: self._project.migrate(OnPostgres(name), *target))
