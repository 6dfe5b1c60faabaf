# FILE SOLUTION 04
"""What all tests share."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """A database whose audit log the test runner may empty: on PostgreSQL it does so by TRUNCATE."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE audit_auditentry DISABLE TRIGGER audit_auditentry_no_truncate"
            )


@pytest.fixture(autouse=True)
def _emptied_audit_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """On SQLite it does so by DELETE, after tests that commit; so here the log is empty by then."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction")
    if commits and connection.vendor == "sqlite":
        append_only = import_module("audit.migrations.0002_append_only")
        with connection.cursor() as cursor:
            for statement in append_only.SQLITE_UNDO:
                cursor.execute(statement)
            cursor.execute("DELETE FROM audit_auditentry")
            for statement in append_only.SQLITE:
                cursor.execute(statement)
