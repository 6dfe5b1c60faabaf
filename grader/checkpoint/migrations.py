"""The fixture ``migrations``: the project's migrations, in a database that begins empty."""

from collections.abc import Callable
from typing import Any

from grader.agent.client import of_type
from grader.checkpoint.app import App
from grader.checkpoint.case import Line
from grader.checkpoint.commands import ran
from grader.checkpoint.database import Database
from grader.checkpoint.outcome import Failed


class Migrations:
    """``kind`` is ``sqlite`` or ``postgres``; ``db`` observes, ``app`` is the project on this database."""

    def __init__(self, line: Line, db: Database, kind: str, jump: Callable[[tuple[str, ...]], None]) -> None:
        self._line, self.db, self.kind, self.app = line, db, kind, App(line)
        self._jump = jump

    def migrate(self, app: str | None = None, name: str | None = None) -> None:
        """``migrate``, ``migrate app`` or ``migrate app name``, where ``zero`` is nothing; raises what that raises."""
        named = [part for part in (app, name) if part]
        if self._line.client is None and not self.db.used:
            # Nothing has been asked of the empty database yet: take one that was migrated just so before.
            self._jump(tuple(named))
            return
        answer = ran(self._line.ask("manage", "`migrate` ran", argv=["migrate", *named, "--no-input", "-v0"]))
        if not answer.ok:
            raise Failed(f"`migrate {' '.join(named)}` to end with 0", f"it ended with {answer.code}")

    def model(self, label: str) -> Any:
        """A model as the migrations applied so far leave it."""
        return self.app.wrap(self._line.ask("historical", label=label))

    def unapplied(self) -> list[str]:
        """What is still to be applied, as ``app.name``, in order."""
        return [of_type(str, name) for name in of_type(list, self._line.ask("unapplied"))]

    def applied(self) -> list[str]:
        """What the database itself records as applied, as ``app.name``."""
        if "django_migrations" not in self.db.tables():
            return []
        return [f"{row['app']}.{row['name']}" for row in self.db.rows("django_migrations", "id", "app", "name")]
