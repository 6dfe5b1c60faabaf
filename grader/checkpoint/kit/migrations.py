"""The fixture ``migrations``: the project's migrations, in a database that begins empty."""

from collections.abc import Callable
from typing import Any

from grader.agent.client import of_type
from grader.checkpoint.kit.app import App
from grader.checkpoint.kit.case import Case
from grader.checkpoint.kit.commands import command_output
from grader.checkpoint.kit.rng import Rng
from grader.stage.database import Database
from grader.stage.databases import Databases
from grader.stage.line import Line
from grader.stage.outcome import Failed
from grader.stage.places import Origin, Place


class Migrations:
    """``kind`` is ``sqlite`` or ``postgres``; ``db`` observes, ``app`` is the project on this database."""

    def __init__(self, case: Case, line: Line, db: Database, databases: Databases, rng: Callable[[str], Rng]) -> None:
        self._case, self._line, self._databases, self._rng = case, line, databases, rng
        self.db, self.kind, self.app = db, line.place.vendor, App(line)
        self._untouched = True

    def migrate(self, app: str | None = None, name: str | None = None) -> None:
        """``migrate``, ``migrate app`` or ``migrate app name``, where ``zero`` is nothing; raises what that raises."""
        named = [part for part in (app, name) if part]
        if self._is_empty():
            # Nothing has been asked of the empty database yet: take one that was migrated just so before.
            origin = Origin.migrated_to(tuple(named))
            self._move(self._databases.open(self._case.stack, self.kind, origin))
            return
        answer = command_output(
            self._line.ask("manage", "`migrate` ran", argv=["migrate", *named, "--no-input", "-v0"])
        )
        if not answer.ok:
            raise Failed(f"`migrate {' '.join(named)}` to end with 0", f"it ended with {answer.code}")

    def once[T](self, title: str, build: Callable[["Migrations", Rng], T]) -> T:
        """The database as ``build`` leaves an empty one, and what it returns: done once, for all checks that ask.

        ``build`` gets random inputs that follow from the run's seed and the title. What it returns must be values:
        a reference to something in the project is of no use to another check.
        """
        if not self._is_empty():
            self.restart()
        saved = self._databases.saved(self._case.stack, self.kind, title)
        if saved is not None:
            place, value = saved
        else:
            value = build(self, self._rng(title))
            place = self._databases.save(self._case.stack, self._line, title, value)
        self._move(place)
        return value  # type: ignore[no-any-return]

    def restart(self) -> None:
        """Begins again, with an empty database."""
        self._line.move(*self._databases.empty(self._case.stack, self.kind))
        self._untouched, self.db.used = True, False

    def _is_empty(self) -> bool:
        return self._untouched and self._line.client is None and not self.db.used

    def _move(self, place: Place) -> None:
        self._line.move(place)
        self._untouched = self.db.used = False

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
