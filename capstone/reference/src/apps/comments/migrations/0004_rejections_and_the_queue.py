# FILE SOLUTION 05
"""A history of rejections; and since when a comment waits, and what the queue made of it.

What is known of the past is kept: the comments that are rejected now, and those that still exist
and of which the audit log says so.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

LOGGED = {
    "object_type": "comments.comment",
    "action": "moderated",
    "details__status": "rejected",
}


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take over what is stored."""
    using = schema_editor.connection.alias
    comments = apps.get_model("comments", "Comment").objects.using(using)
    comments.update(submitted_at=models.F("created_at"))
    logged = apps.get_model("audit", "AuditEntry").objects.using(using).filter(**LOGGED)
    ids = [int(pk) for pk in logged.values_list("object_id", flat=True).distinct()]
    rejected = comments.filter(models.Q(status="rejected") | models.Q(pk__in=ids))
    rejections = apps.get_model("comments", "Rejection")
    rejections.objects.using(using).bulk_create(
        [
            rejections(comment_id=pk, author_id=author)
            for pk, author in rejected.values_list("pk", "author_id")
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0003_comment_screened_at"),
        ("audit", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="comment", name="comments_comment_queue_idx"),
        migrations.AddField(
            model_name="comment",
            name="submitted_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                default=django.utils.timezone.now,
                editable=False,
                help_text="Since when it waits, or when it last began to wait.",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="requeued_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When it was last put into the queue again, since nothing had come of it.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="screening_failed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the queue gave up; the task is a dead letter then.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(
                    ("screened_at__isnull", True),
                    ("screening_failed_at__isnull", True),
                    ("status", "pending"),
                ),
                fields=["submitted_at"],
                name="comments_comment_queue_idx",
            ),
        ),
        migrations.CreateModel(
            name="Rejection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejections",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "comment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="rejection",
                        to="comments.comment",
                    ),
                ),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
