# FILE GIVEN 02
"""Posts, categories and tags in the admin."""

from django.contrib import admin

from posts.models import Category, Post, Tag


# BEGIN SOLUTION 02
@admin.register(Category, Tag)
class LabelAdmin(admin.ModelAdmin):
    """Categories and tags, by name."""

    list_display = ("name", "slug")
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    """Posts, the latest first."""

    list_display = ("title", "author", "category", "status", "published_at")
    list_filter = ("status", "category")
    list_select_related = ("author", "category")
    search_fields = ("title", "body")
    autocomplete_fields = ("author", "category", "tags")
    ordering = ("-created_at",)
    readonly_fields = ("created_at", "updated_at")


# STUB
# @admin.register(Post)
# class PostAdmin(admin.ModelAdmin):
#     """Posts, with what there is to see of them."""
#
#     # TODO(02): show the state, and register categories and tags (brief, task 2).
#     list_display = ("title", "author", "is_published")
# END
