"""Who may do what on a submission's PostgreSQL: names that nobody guesses, rights for one database only.

Everything in a database belongs to the role ``learner``, which cannot log in. The project logs in as a member of it
that is made with the database, acts as ``learner`` from the start, and is dropped with the database: what it does to
its own password and settings ends there. What a check writes, where triggers of the project may be set off, goes
through a peer of that login. The reader belongs to the whole server, may read everything, and is no member.
"""

import secrets
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from grader.sandbox.services.service import password

LEARNER = "learner"
# The statements of these roles are the project's; it can make no role of its own.
PROJECT_PREFIX = "learner_"
PATIENCE_S = 10.0
_MOST_CONNECTIONS = 24

# Set when a connection is made, so that neither the settings of a role nor those of a database come before them.
_PINNED = {
    "search_path": "pg_catalog,pg_temp",
    "row_security": "off",
    "statement_timeout": f"{PATIENCE_S * 1000:.0f}",
    "lock_timeout": f"{PATIENCE_S * 1000:.0f}",
    "standard_conforming_strings": "on",
    "DateStyle": "ISO,MDY",
    "TimeZone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
_MAKE: LiteralString = (
    "CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS "
    "CONNECTION LIMIT {} IN ROLE {};"
)
_MAKE_STRANGER: LiteralString = (
    "CREATE ROLE {name} LOGIN PASSWORD {password} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS "
    "CONNECTION LIMIT {connections}; GRANT CONNECT ON DATABASE {database} TO {name}"
)


@dataclass(frozen=True, slots=True)
class Login:
    """A role that can log in, and its password."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Logins:
    """Those of one database: the project's, and that of the writer, its peer."""

    project: Login
    writer: Login

    @property
    def names(self) -> sql.Composed:
        """Both roles, for a statement."""
        return sql.SQL(", ").join(sql.Identifier(login.name) for login in (self.project, self.writer))


def new_login(prefix: str = "role_") -> Login:
    """A login that has not been made yet."""
    return Login(prefix + secrets.token_hex(8), password())


def new_logins() -> Logins:
    """The logins of a database that is being made."""
    return Logins(new_login(PROJECT_PREFIX), new_login())


def options(*, read_only: bool = False, **more: str) -> str:
    """The connection options of the trusted side's own sessions."""
    pinned = {**_PINNED, "default_transaction_read_only": "on" if read_only else "off", **more}
    return " ".join(f"-c {name}={value}" for name, value in pinned.items())


def making(login: Login, member_of: str, connections: int = _MOST_CONNECTIONS) -> sql.Composed:
    """Makes a login that is a member of a role."""
    return sql.SQL(_MAKE).format(
        sql.Identifier(login.name), sql.Literal(login.password), sql.Literal(connections), sql.Identifier(member_of)
    )


def making_stranger(login: Login, database: str) -> sql.Composed:
    """Makes a login that is a member of nothing and owns nothing, and may enter that database."""
    return sql.SQL(_MAKE_STRANGER).format(
        name=sql.Identifier(login.name),
        password=sql.Literal(login.password),
        connections=sql.Literal(_MOST_CONNECTIONS),
        database=sql.Identifier(database),
    )


def admitting(database: str, logins: Logins, reader: Login) -> sql.Composed:
    """Makes the logins of a database and opens it, to them and the reader alone."""
    statement: LiteralString = (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC; {project} {writer}"
        "ALTER ROLE {project_name} SET role = {learner}; ALTER ROLE {writer_name} SET role = {learner};"
        "GRANT CONNECT ON DATABASE {database} TO {names}, {reader};"
        "GRANT TEMPORARY, CREATE ON DATABASE {database} TO {learner};"
        "ALTER DATABASE {database} WITH ALLOW_CONNECTIONS true"
    )
    return sql.SQL(statement).format(
        database=sql.Identifier(database),
        project=making(logins.project, LEARNER),
        writer=making(logins.writer, LEARNER),
        project_name=sql.Identifier(logins.project.name),
        writer_name=sql.Identifier(logins.writer.name),
        names=logins.names,
        reader=sql.Identifier(reader.name),
        learner=sql.Identifier(LEARNER),
    )
