"""The tables of the calibration server, as those of the course are, and the rows in them."""

from django.db import connection, models, transaction

_POSTS, _AUTHORS, _TAGS = 400, 10, 12
_LOCK = 5711  # the number under which the first worker makes the tables


class Author(models.Model):
    """Who wrote a post."""

    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField()


class Tag(models.Model):
    """What a post is about."""

    name = models.CharField(max_length=50, unique=True)
    slug = models.SlugField(unique=True)


class Post(models.Model):
    """What a page has twenty of."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=220, unique=True)
    body = models.TextField()
    status = models.CharField(max_length=10, choices=[("draft", "Draft"), ("published", "Published")])
    author = models.ForeignKey(Author, models.CASCADE, related_name="posts")
    tags = models.ManyToManyField(Tag)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-created_at", "-id")


def make_tables() -> None:
    """With their rows, once for all workers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if Post._meta.db_table in connection.introspection.table_names(cursor):
            return
        with connection.schema_editor() as editor:
            for model in (Author, Tag, Post):
                editor.create_model(model)
        authors = Author.objects.bulk_create(
            Author(username=f"author-{n}", email=f"{n}@example.org") for n in range(_AUTHORS)
        )
        tags = Tag.objects.bulk_create(Tag(name=f"Tag {n}", slug=f"tag-{n}") for n in range(_TAGS))
        posts = Post.objects.bulk_create(
            Post(
                title=f"Lantern {n}",
                slug=f"post-{n}",
                body="Copper and willow. " * 20,
                status="published",
                author=authors[n % _AUTHORS],
            )
            for n in range(_POSTS)
        )
        through = Post.tags.through
        through.objects.bulk_create(
            through(post_id=post.pk, tag_id=tags[(n + k) % _TAGS].pk) for n, post in enumerate(posts) for k in range(2)
        )
        cursor.execute("ANALYZE")
