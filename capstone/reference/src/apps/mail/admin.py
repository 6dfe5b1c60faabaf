# FILE SOLUTION 05
"""The outbox in the admin: to read, and to send again what has failed."""

from django.contrib import admin
from django.http import HttpRequest

from mail.models import Letter, LetterQuerySet
from mail.services import resend_letter


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """Letters, the latest first."""

    list_display = ("subject", "to", "created_at", "sent_at", "failed_at", "error")
    list_filter = (
        ("sent_at", admin.EmptyFieldListFilter),
        ("failed_at", admin.EmptyFieldListFilter),
    )
    actions = ("send_again",)
    search_fields = ("key", "to")
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Services write letters, people do not."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was sent stays as it was."""
        return False

    @admin.action(description="Send again what has failed", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: LetterQuerySet) -> None:
        """Put the failed ones among them into the queue."""
        letters = list(queryset.failed())
        for letter in letters:
            resend_letter(letter=letter)
        self.message_user(request, f"Letters that are sent again: {len(letters)}")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whoever may change letters by Django's permissions, though nobody edits one."""
        return request.user.has_perm("mail.change_letter")
