"""A role of PostgreSQL that does not own the tables, as the one that runs the application is."""

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.stage.stage import Stage

if TYPE_CHECKING:
    from grader.sandbox.services.roles import Login

_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
# Of whatever a column allows as well: a right on one column is a right.
_OF_A_TABLE = """
SELECT r, pg_catalog.has_table_privilege({role}, c.oid, r) OR r = ANY (ARRAY['SELECT', 'INSERT', 'UPDATE'])
    AND pg_catalog.has_any_column_privilege({role}, c.oid, r)
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace,
    pg_catalog.unnest({rights}::pg_catalog.text[]) AS r
WHERE n.nspname = 'public' AND c.relname = {table} AND c.relkind = 'r'
"""


@dataclass(frozen=True)
class RuntimeRole:
    """A login with no rights but to enter the database, until the project grants some; ``url`` is its address."""

    login: "Login"
    url: str
    database: str
    stage: Stage

    @property
    def name(self) -> str:
        """What `DATABASE_RUNTIME_ROLE` says."""
        return self.login.name

    def rights(self, table: str) -> set[str]:
        """What the role may do with a table: of SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES and TRIGGER."""
        from psycopg import sql  # the driver comes with the server

        statement = sql.SQL(_OF_A_TABLE).format(role=self.name, table=table, rights=list(_RIGHTS))
        with closing(self.stage.services.postgres_server.reader(self.database)) as connection:
            return {right for right, has in connection.execute(statement) if has}

    def refuses(self, statement: str) -> str:
        """The SQLSTATE with which the database refuses a statement of the role's; empty where it does it."""
        import psycopg

        with closing(self.stage.services.postgres_server.stranger(self.login, self.database)) as connection:
            try:
                connection.execute(statement.encode())
            except psycopg.Error as error:
                return error.sqlstate or "none"
        return ""
