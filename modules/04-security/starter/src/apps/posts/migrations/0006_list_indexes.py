"""Indexes in the order of the list, whole or by one of its filters.

On a table that is written to all the time, they are made with AddIndexConcurrently.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0005_post_rules")]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["-created_at", "-id"],
                name="posts_post_list_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["status", "-created_at", "-id"],
                name="posts_post_by_status_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["author", "-created_at", "-id"],
                name="posts_post_by_author_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["category", "-created_at", "-id"],
                name="posts_post_by_category_idx",
            ),
        ),
    ]
