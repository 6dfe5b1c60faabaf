# FILE SOLUTION 05
"""The role that runs the application, on a real server: it cannot touch the audit log."""

import os
import subprocess
import sys

import psycopg
import pytest
from psycopg import errors

from config.settings.environment import ROOT
from tests.servers.postgres import Postgres

NAME = "two_roles"
OWNER, RUNTIME = "migrator", "runtime"
WORK = """
from django.test import Client
from accounts.models import User
from audit.models import AuditEntry
from authentication.credentials import register
register(username="ann", email="ann@example.org", password="correct horse battery")
ann = User.objects.get()
ann.first_name = "Ann"
ann.save()
print(AuditEntry.objects.get().action, Client().get("/api/v1/posts/").status_code)
"""
ATTACKS = [
    "UPDATE audit_auditentry SET action = 'x'",
    "DELETE FROM audit_auditentry",
    "TRUNCATE audit_auditentry",
    "ALTER TABLE audit_auditentry DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_auditentry_no_update ON audit_auditentry",
    "CREATE OR REPLACE FUNCTION audit_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NULL; END $$",
    "DROP TABLE audit_auditentry",
    "SET session_replication_role = replica",
    "SET ROLE migrator",
    "DELETE FROM django_migrations",
    "CREATE TABLE mine (id int)",
]


def manage(postgres: Postgres, role: str, *words: str, **env: str) -> str:
    url = f"postgres://{role}@127.0.0.1:{postgres.port}/{NAME}"
    env = {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings.testing",
    } | env
    done = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout.strip() if done.returncode == 0 else done.stderr


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Postgres:
    """A database that one role owns, which has made the other one."""
    with postgres.connect("postgres") as connection:
        connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE".encode())
        connection.execute(f"CREATE DATABASE {NAME} OWNER {OWNER}".encode())
    role = {"DATABASE_RUNTIME_ROLE": RUNTIME, "DATABASE_RUNTIME_PASSWORD": "not-secret"}
    manage(postgres, OWNER, "migrate", "--no-input", **role)
    return postgres


def execute(
    postgres: Postgres, statement: str, *, role: str = RUNTIME, keep: bool = True
) -> None:
    with psycopg.connect(
        host="127.0.0.1", port=postgres.port, user=role, dbname=NAME
    ) as connection:
        connection.execute(statement.encode())
        if not keep:
            connection.rollback()


def test_the_application_works_as_it(database: Postgres) -> None:
    said = manage(database, RUNTIME, "shell", "--verbosity", "0", "--command", WORK)
    assert said.splitlines()[-1] == "registered 200"
    assert manage(database, RUNTIME, "migrate", "--check", "--verbosity", "0") == ""


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_cannot_touch_the_audit_log(database: Postgres, attack: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.WrongObjectType)):
        execute(database, attack)


def test_the_owner_could(database: Postgres) -> None:
    for attack in ATTACKS[3:7]:
        execute(database, attack, role=OWNER, keep=False)


def test_it_can_append(database: Postgres) -> None:
    execute(
        database,
        "INSERT INTO audit_auditentry (created_at, actor_name, action, object_type, object_id,"
        " request_id, details) VALUES (now(), '', 'x', '', '', '', '{}')",
    )


def test_it_is_so_again_after_the_way_back(database: Postgres) -> None:
    role = {"DATABASE_RUNTIME_ROLE": RUNTIME}
    for words in (["audit", "zero"], []):
        said = manage(database, OWNER, "migrate", "--verbosity", "0", *words, **role)
        assert said == ""
    with pytest.raises(errors.InsufficientPrivilege):
        execute(database, "DELETE FROM audit_auditentry")


def test_the_owner_is_not_taken_for_it(database: Postgres) -> None:
    said = manage(database, OWNER, "migrate", "--no-input", DATABASE_RUNTIME_ROLE=OWNER)
    assert "neither owns the tables nor is a superuser" in said


def test_without_a_password_it_has_to_be_there(database: Postgres) -> None:
    said = manage(
        database, OWNER, "migrate", "--no-input", DATABASE_RUNTIME_ROLE="none"
    )
    assert "DATABASE_RUNTIME_PASSWORD" in said
    again = {"DATABASE_RUNTIME_ROLE": RUNTIME}
    assert "Traceback" not in manage(database, OWNER, "migrate", "--no-input", **again)
