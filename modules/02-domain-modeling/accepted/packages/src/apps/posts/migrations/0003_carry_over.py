"""Every old row gets a state and an address."""

from django.db import migrations
from django.utils import timezone
from django.utils.text import slugify


def carry_over(apps, schema_editor):
    Post = apps.get_model("posts", "Post")
    taken = set()
    for post in Post.objects.using(schema_editor.connection.alias).order_by("id"):
        start = slugify(post.title)[:220] or "untitled"
        address, number = start, 1
        while address in taken:
            number += 1
            address = f"{start[:212]}-{number}"
        taken.add(address)
        post.slug = address
        if post.is_published and post.body.strip() != "":
            post.status, post.published_at = "published", timezone.now()
        post.save()


def carry_back(apps, schema_editor):
    Post = apps.get_model("posts", "Post")
    for post in Post.objects.using(schema_editor.connection.alias).all():
        post.is_published = post.status == "published"
        post.save(update_fields=["is_published"])


class Migration(migrations.Migration):
    dependencies = [("posts", "0002_more_about_posts")]

    operations = [migrations.RunPython(carry_over, carry_back)]
