"""Posts, categories and tags in the admin."""

from django.contrib import admin

from posts.models import Post


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    """Posts, with what there is to see of them."""

    # TODO(02): show the state, and register categories and tags (brief, task 2).
    list_display = ("title", "author", "is_published")
