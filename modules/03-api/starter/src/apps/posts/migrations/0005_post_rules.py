"""Now that every post has its address and state: the database insists on them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("posts", "0004_post_fill_new_fields")]

    operations = [
        migrations.RemoveField(model_name="post", name="is_published"),
        migrations.AlterField(
            model_name="post",
            name="slug",
            field=models.SlugField(
                blank=True,
                help_text="The last part of the address. Leave it empty to have one made.",
                max_length=220,
                unique=True,
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["status", "published_at", "id"],
                name="posts_post_feed_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "archived"]),
                name="posts_post_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="posts_post_published_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=~Q(status="draft") | Q(published_at__isnull=True),
                name="posts_post_draft_has_no_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=~Q(title=""),
                name="posts_post_title_not_empty",
            ),
        ),
    ]
