from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0003_carry_over")]

    operations = [
        migrations.RemoveField(
            model_name="post",
            name="is_published",
        ),
        migrations.AlterField(
            model_name="post",
            name="slug",
            field=models.SlugField(blank=True, max_length=220, unique=True),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["status", "-published_at"], name="posts_newest"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "published", "archived"])), name="posts_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "archived"),
                    models.Q(("published_at", None), ("status", "draft")),
                    models.Q(("published_at__isnull", False), ("status", "published")),
                    _connector="OR",
                ),
                name="posts_state_and_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(condition=models.Q(("title__gt", "")), name="posts_titled"),
        ),
    ]
