# FILE SOLUTION 03
"""Indexes in the order of the list, whole or by one of its filters.

On a table that is written to all the time, they are made with AddIndexConcurrently.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comments", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                fields=["-created_at", "-id"],
                name="comments_comment_list_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                fields=["post", "-created_at", "-id"],
                name="comments_by_post_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                fields=["author", "-created_at", "-id"],
                name="comments_by_author_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                fields=["status", "-created_at", "-id"],
                name="comments_by_status_idx",
            ),
        ),
    ]
