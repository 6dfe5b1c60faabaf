# FILE SOLUTION 05
"""The outbox in the admin: to read, and to send again what has failed."""

from django.contrib import admin
from django.http import HttpRequest

from mail.models import Email, EmailQuerySet
from mail.services import resend_email


@admin.register(Email)
class EmailAdmin(admin.ModelAdmin):
    """E-mails, the latest first."""

    list_display = ("subject", "to", "created_at", "sent_at", "failed_at", "error")
    list_filter = (
        ("sent_at", admin.EmptyFieldListFilter),
        ("failed_at", admin.EmptyFieldListFilter),
    )
    actions = ("send_again",)
    search_fields = ("key", "to")
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Services write e-mails, people do not."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was sent stays as it was."""
        return False

    @admin.action(description="Send again what has failed", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: EmailQuerySet) -> None:
        """Put the failed ones among them into the queue."""
        emails = list(queryset.failed())
        for email in emails:
            resend_email(email=email)
        self.message_user(request, f"E-mails that are sent again: {len(emails)}")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whoever may change e-mails by Django's permissions, though nobody edits one."""
        return request.user.has_perm("mail.change_email")
