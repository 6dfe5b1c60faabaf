# FILE SOLUTION 05
"""The backend: that of django-prometheus, with cursors and transactions that say less."""

from typing import Any

from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from django_prometheus.db.backends.postgresql import base as counted
from psycopg import Error

from core.postgresql.errors import remove_values, without_values


class Cursor(base.Cursor):
    """The innermost cursor: what is wrapped around it, as for traces, sees only what is left."""

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """One statement."""
        with without_values():
            return super().execute(*args, **kwargs)  # type: ignore[misc]  # psycopg's

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        """One statement for many rows."""
        with without_values():
            super().executemany(*args, **kwargs)  # type: ignore[misc]


class ErrorWrapper(DatabaseErrorWrapper):
    """Django's, for what no cursor of ours raises: COMMIT, and rows that are fetched."""

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if isinstance(error, Error):
            remove_values(error)
        super().__exit__(kind, error, traceback)


class DatabaseWrapper(counted.DatabaseWrapper):  # type: ignore[misc]  # untyped
    """What ENGINE "core.postgresql" gives."""

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        """Around whatever asks the database."""
        return ErrorWrapper(self)

    def get_connection_params(self) -> dict[str, Any]:
        """With our cursor, unless the settings want another one."""
        params: dict[str, Any] = super().get_connection_params()
        if params["cursor_factory"] is base.Cursor:
            params["cursor_factory"] = Cursor
        return params
