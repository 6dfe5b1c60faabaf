# FILE SOLUTION 06
"""The chain of the audit log, begun with what is in the log; closed as the log itself is."""

from itertools import batched

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from audit.chain import GENESIS, digest_of

BATCH = 1000

POSTGRESQL_TRIGGER = """
CREATE TRIGGER audit_auditlink_no_{name} BEFORE {event} ON audit_auditlink
FOR EACH STATEMENT EXECUTE FUNCTION audit_auditentry_refuse()
"""
EVENTS = {"update": "UPDATE", "delete": "DELETE", "truncate": "TRUNCATE"}
POSTGRESQL = tuple(
    POSTGRESQL_TRIGGER.format(name=name, event=event) for name, event in EVENTS.items()
)
SQLITE_EVENTS = {
    "update": "UPDATE ON audit_auditlink",
    "delete": "DELETE ON audit_auditlink",
    "replace": "INSERT ON audit_auditlink WHEN EXISTS (SELECT 1 FROM audit_auditlink"
    " WHERE position = NEW.position OR entry_id = NEW.entry_id"
    " OR previous = NEW.previous OR digest = NEW.digest)",
}
SQLITE_TRIGGER = """
CREATE TRIGGER audit_auditlink_no_{name} BEFORE {event}
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
SQLITE = tuple(
    SQLITE_TRIGGER.format(name=name, event=event)
    for name, event in SQLITE_EVENTS.items()
)
SQLITE_UNDO = tuple(f"DROP TRIGGER audit_auditlink_no_{name}" for name in SQLITE_EVENTS)


def chain(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Chain the entries that are there. Of what became of them before, a chain knows nothing."""
    entries = apps.get_model("audit", "AuditEntry").objects.order_by("pk")
    links = apps.get_model("audit", "AuditLink")
    position, previous = 0, GENESIS
    for batch in batched(entries.iterator(BATCH), BATCH):
        made = []
        for entry in batch:
            position += 1
            digest = digest_of(entry, position=position, previous=previous)
            place = {"position": position, "entry_id": entry.pk}
            made.append(links(**place, previous=previous, digest=digest))
            previous = digest
        links.objects.bulk_create(made)


def close(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """From now on links only come."""
    statements = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                (
                    "position",
                    models.PositiveBigIntegerField(
                        help_text="1 for the first; without gaps.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "previous",
                    models.CharField(
                        help_text="The digest before it.", max_length=64, unique=True
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        help_text="SHA-256 over the entry, its position and the digest before it.",
                        max_length=64,
                        unique=True,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="link",
                        to="audit.auditentry",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1)),
                        name="audit_auditlink_from_one",
                    )
                ],
            },
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        # Undone by the table's end, which takes its triggers with it.
        migrations.RunPython(close, migrations.RunPython.noop),
    ]
