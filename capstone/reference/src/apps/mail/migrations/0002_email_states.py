# FILE SOLUTION 05
"""An e-mail waits, is sent or has failed; and which task is at work on it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("mail", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="email",
            name="mail_email_waiting_idx",
        ),
        migrations.AddField(
            model_name="email",
            name="claimed_by",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Id of the task that sends it.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="email",
            name="claimed_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="email",
            name="error",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Why, as the name of the exception.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="email",
            name="failed_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was given up.", null=True
            ),
        ),
        migrations.AddField(
            model_name="email",
            name="requeued_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When it was last put into the queue again, since nothing had come of it.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="email",
            index=models.Index(
                condition=models.Q(
                    ("failed_at__isnull", True), ("sent_at__isnull", True)
                ),
                fields=["created_at"],
                name="mail_email_waiting_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="email",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)),
                fields=["failed_at"],
                name="mail_email_failed_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="email",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at__isnull", True),
                    ("failed_at__isnull", True),
                    _connector="OR",
                ),
                name="mail_email_sent_or_failed",
            ),
        ),
    ]
