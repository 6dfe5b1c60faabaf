import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
STATUSES = [("draft", "Draft"), ("published", "Published"), ("archived", "Archived")]


def forwards(apps, schema_editor):
    posts = apps.get_model("posts", "Post").objects
    used = {}
    for pk, title, body, public in posts.order_by("pk").values_list("pk", "title", "body", "is_published"):
        base = slugify(title)[:210] or "post"
        slug, n = base, 1
        while slug in used:
            n += 1
            slug = f"{base}-{n}"
        used[slug] = pk
        values = {"slug": slug}
        if public and body.strip():
            values.update(status="published", published_at=timezone.now())
        posts.filter(pk=pk).update(**values)


def backwards(apps, schema_editor):
    apps.get_model("posts", "Post").objects.filter(status="published").update(is_published=True)


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("posts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "Category",
            [
                ("id", ID),
                ("name", models.CharField(max_length=100)),
                ("slug", models.SlugField(blank=True, max_length=220, unique=True)),
                ("description", models.CharField(blank=True, max_length=1000)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={"verbose_name_plural": "categories"},
        ),
        migrations.CreateModel(
            "Tag",
            [
                ("id", ID),
                ("name", models.CharField(max_length=50)),
                ("slug", models.SlugField(blank=True, max_length=220, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX posts_category_name_ci ON posts_category (lower(name))",
            "DROP INDEX posts_category_name_ci",
        ),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX posts_tag_name_ci ON posts_tag (lower(name))", "DROP INDEX posts_tag_name_ci"
        ),
        migrations.AddField("post", "slug", models.CharField(max_length=220, null=True)),
        migrations.AddField("post", "status", models.CharField(choices=STATUSES, default="draft", max_length=20)),
        migrations.AddField("post", "published_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "post", "created_at", models.DateTimeField(auto_now_add=True, default=timezone.now), preserve_default=False
        ),
        migrations.AddField("post", "updated_at", models.DateTimeField(auto_now=True)),
        migrations.AddField(
            "post",
            "category",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="posts",
                to="posts.category",
            ),
        ),
        migrations.AddField("post", "tags", models.ManyToManyField(blank=True, related_name="posts", to="posts.tag")),
        migrations.AlterField("post", "body", models.TextField(blank=True)),
        migrations.AlterField(
            "post",
            "author",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="posts", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RunPython(forwards, backwards),
        migrations.RemoveField("post", "is_published"),
        migrations.AlterField("post", "slug", models.CharField(blank=True, max_length=220, unique=True)),
        migrations.AlterModelOptions("post", {"ordering": ["-created_at"]}),
        migrations.AddIndex("post", models.Index(fields=["status", "published_at"], name="posts_post_status_date")),
        migrations.AddIndex("post", models.Index(fields=["author", "status"], name="posts_post_author_status")),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True)
                | Q(status="published", published_at__isnull=False)
                | Q(status="archived"),
                name="posts_post_status_consistent",
            ),
        ),
        migrations.AddConstraint(
            "post", models.CheckConstraint(condition=~Q(title__exact=""), name="posts_post_title_given")
        ),
    ]
