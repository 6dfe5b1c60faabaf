# FILE SOLUTION 05
"""The outbox in the admin: to read."""

from django.contrib import admin
from django.http import HttpRequest

from mail.models import Letter


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """Letters, the latest first."""

    list_display = ("subject", "to", "created_at", "sent_at")
    list_filter = ("sent_at",)
    search_fields = ("key", "to")
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Services write letters, people do not."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was sent stays as it was."""
        return False
