"""Databases as migrations left them, kept in a run for the checks that begin where another one has been."""

import hashlib
import secrets
from contextlib import ExitStack
from typing import Any

from grader.stage.line import Line
from grader.stage.project import Place, Project
from grader.stage.services import Services


class Snapshots:
    """Those of one agent and its services. A lost agent takes them along, and they are made again."""

    def __init__(self, project: Project, services: Services) -> None:
        self._project, self._services = project, services
        self._values: dict[tuple[str, str], Any] = {}

    def empty(self, stack: ExitStack, line: Line) -> None:
        """Moves the line to an empty database, made when something is asked of it, until the stack is unwound."""
        if line.place.vendor == "sqlite":
            line.move(Place("sqlite", "empty"))
            return
        name = f"empty_{secrets.token_hex(8)}"
        line.move(Place("postgres", name), lambda: stack.enter_context(self._services.copy(name=name)))

    def migrated(self, stack: ExitStack, vendor: str, target: tuple[str, ...]) -> Place:
        """A copy of one that was migrated from nothing to this target, which is done once; raises what that raises."""
        if not target:
            self._project.ready(vendor)
            kept = vendor == "postgres"
            return Place(vendor, stack.enter_context(self._services.database()) if kept else "template")
        name = _name("migrated to " + " ".join(target))
        if not self._is_kept(vendor, name):
            self._migrate(Place(vendor, name), target)
            self._project.templates.add(f"{vendor}:{name}")
        return self._copy(stack, vendor, name)

    def recall(self, stack: ExitStack, vendor: str, title: str) -> tuple[Place, Any] | None:
        """A copy of what was kept under that title, and the value that was kept with it; ``None`` if nothing was."""
        name = _name("once " + title)
        if not self._is_kept(vendor, name):
            return None
        return self._copy(stack, vendor, name), self._values[vendor, name]

    def keep(self, stack: ExitStack, line: Line, title: str, value: Any) -> Place:
        """Keeps the line's database as it is now, and gives a copy for the check to go on with."""
        place, name = line.here(), _name("once " + title)
        if place.vendor == "sqlite":
            line.file()
            self._project.keep_as = name
        line.release()
        if place.vendor == "postgres":
            server = self._services.server
            server.drop(name)
            server.seal_template(place.name)
            server.rename(place.name, name)
        self._values[place.vendor, name] = value
        self._project.templates.add(f"{place.vendor}:{name}")
        return self._copy(stack, place.vendor, name)

    def _is_kept(self, vendor: str, name: str) -> bool:
        return f"{vendor}:{name}" in self._project.templates

    def _copy(self, stack: ExitStack, vendor: str, name: str) -> Place:
        return Place(vendor, name if vendor == "sqlite" else stack.enter_context(self._services.copy(name)))

    def _migrate(self, place: Place, target: tuple[str, ...]) -> None:
        server = self._services.server if place.vendor == "postgres" else None
        if server is not None:
            server.drop(place.name)
            server.create_template(place.name)
        self._project.ready()
        self._project.migrate(place, *target)
        if server is not None:
            server.seal_template(place.name)


def _name(how: str) -> str:
    """A database's name for how it came about."""
    return "at_" + hashlib.sha256(how.encode()).hexdigest()[:16]
