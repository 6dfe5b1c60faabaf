"""Where a database is, and what it begins with."""

import hashlib
from dataclasses import dataclass
from typing import Literal

Vendor = Literal["postgres", "sqlite"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a database begins with: nothing, all migrations, or those up to a target, or what somebody built once.

    ``how`` tells origins of one kind apart: the target, or the title under which it was built.
    """

    kind: Literal["empty", "migrated", "built"]
    how: str = ""

    @classmethod
    def migrated_to(cls, target: tuple[str, ...]) -> "Origin":
        """The migrations up to a target (app, or app and name); all of them without one."""
        return cls("migrated", " ".join(target))

    @property
    def template(self) -> str:
        """The name of the PostgreSQL database that others are copied from, to begin with this."""
        return "template_" + hashlib.sha256(f"{self.kind} {self.how}".encode()).hexdigest()[:16]


EMPTY, MIGRATED = Origin("empty"), Origin("migrated")


@dataclass(frozen=True, slots=True)
class OnPostgres:
    """A database of the run's PostgreSQL, by its name."""

    name: str
    vendor: Vendor = "postgres"


@dataclass(frozen=True, slots=True)
class OnSqlite:
    """A file of a check's own, made when the check begins, as a copy of its origin."""

    origin: Origin
    vendor: Vendor = "sqlite"


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file in the agent's folder, by its name without suffix."""

    name: str
    vendor: Vendor = "sqlite"


Place = OnPostgres | OnSqlite
