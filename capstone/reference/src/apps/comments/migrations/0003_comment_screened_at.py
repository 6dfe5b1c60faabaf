# FILE SOLUTION 05
"""When the queue looked at a comment. Those from before the queue need not be looked at again."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("comments", "0002_list_indexes"),
        ("posts", "0005_post_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="screened_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the queue looked at it; never yet, if empty.",
                null=True,
            ),
        ),
        migrations.RunSQL(
            "UPDATE comments_comment SET screened_at = created_at",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(
                    ("screened_at__isnull", True), ("status", "pending")
                ),
                fields=["created_at"],
                name="comments_comment_queue_idx",
            ),
        ),
    ]
