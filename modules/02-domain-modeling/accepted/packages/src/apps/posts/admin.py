"""Posts in the admin."""

from django.contrib import admin

from .models import Category, Post, Tag

admin.site.register([Category, Tag])


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "status"]
