# FILE SOLUTION 05
"""Least privilege in PostgreSQL: whoever runs the application is not whoever owns the tables.

An owner can drop or disable the triggers of the audit log, however well they are written. So
`migrate` runs as the owner, and grants DATABASE_RUNTIME_ROLE only what the application does.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Composed, Identifier, Literal

# BEGIN BEFORE 06
# from audit.models import AuditEntry
# END
# BEGIN SOLUTION 06
from audit.models import AuditEntry, AuditLink

# STUB
# from audit.models import AuditEntry
# # TODO(06): whatever keeps the chain is appended to as well, and nothing else (brief, task 1).
# END
READ_ONLY = "SELECT"
APPEND_ONLY = "SELECT, INSERT"
READ_AND_WRITE = "SELECT, INSERT, UPDATE, DELETE"


def grant_runtime_role(*, using: str, **_: Any) -> None:
    """After `migrate`: let the role use every table, append to the audit log, and change no schema.

    Does nothing without DATABASE_RUNTIME_ROLE, or on another database than PostgreSQL. May be
    repeated. Raises ImproperlyConfigured if the role is the owner itself, or is missing and there
    is no password to make it with.
    """
    connection = connections[using]
    role = settings.DATABASE_RUNTIME_ROLE
    if not role or connection.vendor != "postgresql":
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _prepare(connection, cursor, role)
        for table, privileges in _privileges(connection).items():
            for statement in (
                "REVOKE ALL ON {table} FROM {role}",
                f"GRANT {privileges} ON {{table}} TO {{role}}",
            ):
                names = {"table": Identifier(table), "role": Identifier(role)}
                _execute(cursor, SQL(statement).format(**names))


def _privileges(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """What the role may do with each table that is there: migrations also go back."""
    introspection = connection.introspection
    tables = introspection.django_table_names(only_existing=True, include_views=False)
    special = {AuditEntry._meta.db_table: APPEND_ONLY, "django_migrations": READ_ONLY}
    # BEGIN SOLUTION 06
    special[AuditLink._meta.db_table] = APPEND_ONLY
    # END
    there = [*tables, "django_migrations"]
    return {table: special.get(table, READ_AND_WRITE) for table in there}


def _prepare(connection: BaseDatabaseWrapper, cursor: CursorWrapper, role: str) -> None:
    """Make the role if it is missing; its password crosses the wire as a SCRAM verifier only."""
    cursor.execute(
        "SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = %s)",
        [role],
    )
    owner, is_superuser = cursor.fetchone()
    if role == owner or is_superuser:
        raise ImproperlyConfigured(
            "Set DATABASE_RUNTIME_ROLE to a role that neither owns the tables nor is a superuser."
        )
    password = settings.DATABASE_RUNTIME_PASSWORD
    if not password:
        if is_superuser is None:
            raise ImproperlyConfigured(
                f"Make the role {role}, or set DATABASE_RUNTIME_PASSWORD to have it made."
            )
        return
    verifier = connection.connection.pgconn.encrypt_password(
        password.encode(), role.encode(), algorithm=b"scram-sha-256"
    ).decode()
    verb = "CREATE" if is_superuser is None else "ALTER"
    statement = SQL(verb + " ROLE {} LOGIN PASSWORD {}")
    _execute(cursor, statement.format(Identifier(role), Literal(verifier)))


def _execute(cursor: CursorWrapper, statement: Composed) -> None:
    cursor.execute(statement.as_string())
