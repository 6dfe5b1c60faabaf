# FILE SOLUTION 04
"""The database itself refuses to change or delete what is in the audit log.

Whoever owns the table can still drop or disable a trigger: in production one role owns the tables
and migrates, and another one runs the application.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

REFUSAL = "the audit log is append-only"

POSTGRESQL_FUNCTION = f"""
CREATE FUNCTION audit_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER audit_auditentry_no_{name} BEFORE {event} ON audit_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION audit_auditentry_refuse()
"""
POSTGRESQL = (
    POSTGRESQL_FUNCTION,
    POSTGRESQL_TRIGGER.format(name="update", event="UPDATE"),
    POSTGRESQL_TRIGGER.format(name="delete", event="DELETE"),
    POSTGRESQL_TRIGGER.format(name="truncate", event="TRUNCATE"),
)
POSTGRESQL_UNDO = ("DROP FUNCTION audit_auditentry_refuse() CASCADE",)

# RAISE(ABORT) comes to Django as an IntegrityError, as the above does. INSERT OR REPLACE would
# overwrite a row without asking a DELETE trigger, so a key that is there is refused, too. A later
# migration that alters this table has to do all this again: SQLite then makes a new table.
SQLITE_EVENTS = {
    "update": "UPDATE ON audit_auditentry",
    "delete": "DELETE ON audit_auditentry",
    "replace": "INSERT ON audit_auditentry"
    " WHEN EXISTS (SELECT 1 FROM audit_auditentry WHERE id = NEW.id)",
}
SQLITE_TRIGGER = """
CREATE TRIGGER audit_auditentry_no_{name} BEFORE {event}
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""
SQLITE = tuple(
    SQLITE_TRIGGER.format(name=name, event=event, refusal=REFUSAL)
    for name, event in SQLITE_EVENTS.items()
)
SQLITE_UNDO = tuple(
    f"DROP TRIGGER audit_auditentry_no_{name}" for name in SQLITE_EVENTS
)

FORWARDS = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
BACKWARDS = {"postgresql": POSTGRESQL_UNDO, "sqlite": SQLITE_UNDO}


def close(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """From now on rows only come."""
    for statement in FORWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def open_again(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A table as any other."""
    for statement in BACKWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(close, open_again)]
