"""Bring every stored post along: from `is_published` to a state and an address, and back.

The rules are written out here as they are today. A migration never imports them from the app:
the app moves on, and the migration has to do the same thing in five years.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

CHUNK = 500
SLUG_LENGTH = 220


class Slugs:
    """Hands out addresses, none of them twice."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.numbers: defaultdict[str, int] = defaultdict(lambda: 1)

    def make(self, title: str) -> str:
        """`hello`, then `hello-2`, `hello-3` …; `post` where a title leaves nothing."""
        stem = slugify(title)[:SLUG_LENGTH].strip("-_") or "post"
        slug = stem
        while slug in self.taken:
            self.numbers[stem] += 1
            suffix = f"-{self.numbers[stem]}"
            slug = stem[: SLUG_LENGTH - len(suffix)].rstrip("-_") + suffix
        self.taken.add(slug)
        return slug


def in_chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """All rows in the order of their keys, a few hundred at a time."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Published posts with something to read stay published; all others become drafts."""
    posts = apps.get_model("posts", "Post").objects.using(
        schema_editor.connection.alias
    )
    slugs = Slugs(set(posts.exclude(slug=None).values_list("slug", flat=True)))
    now = timezone.now()
    for chunk in in_chunks(posts.filter(slug=None)):
        for post in chunk:
            post.title = (
                post.title or "Untitled"
            )  # the database refuses an empty one from now on
            post.slug = slugs.make(post.title)
            is_readable = post.is_published and post.body.strip()
            post.status = "published" if is_readable else "draft"
            post.published_at = now if is_readable else None
        posts.bulk_update(chunk, ["title", "slug", "status", "published_at"])


def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is published counts as published, anything else does not."""
    posts = apps.get_model("posts", "Post").objects.using(
        schema_editor.connection.alias
    )
    posts.filter(status="published").update(is_published=True)
    posts.exclude(status="published").update(is_published=False)


class Migration(migrations.Migration):
    dependencies = [("posts", "0003_post_new_fields")]

    operations = [migrations.RunPython(forwards, backwards)]
