# FILE GIVEN 02
"""Comments in the admin."""

from django.contrib import admin

from comments.models import Comment


# BEGIN SOLUTION 02
@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    """Comments, the latest first."""

    list_display = ("__str__", "status", "created_at")
    # BEGIN BEFORE 05
    # list_filter = ("status",)
    # END
    # BEGIN SOLUTION 05
    list_filter = (
        "status",
        ("screening_failed_at", admin.EmptyFieldListFilter),
    )
    # STUB
    # # TODO(05): show which comments the queue has given up (brief, task 5).
    # list_filter = ("status",)
    # END
    list_select_related = ("author", "post")
    search_fields = ("body", "author__username", "post__title")
    autocomplete_fields = ("post", "author")
    ordering = ("-created_at",)
    readonly_fields = ("created_at", "updated_at")


# STUB
# # TODO(02): register Comment (brief, task 2).
# END
