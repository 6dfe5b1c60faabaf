"""Comments in the admin."""

from django.contrib import admin

from comments.models import Comment


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    """Comments, the latest first."""

    list_display = ("__str__", "status", "created_at")
    # TODO(05): show which comments the queue has given up (brief, task 5).
    list_filter = ("status",)
    list_select_related = ("author", "post")
    search_fields = ("body", "author__username", "post__title")
    autocomplete_fields = ("post", "author")
    ordering = ("-created_at",)
    readonly_fields = ("created_at", "updated_at")
