"""Posts, categories and tags in the admin."""

from django.contrib import admin

from posts.models import Category, Post, Tag


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
