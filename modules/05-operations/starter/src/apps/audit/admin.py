"""The audit log in the admin: to read."""

from django.contrib import admin
from django.http import HttpRequest

from audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """Entries, the latest first; nobody adds, changes or deletes one here."""

    list_display = (
        "created_at",
        "actor_name",
        "action",
        "object_type",
        "object_id",
        "address",
        "request_id",
    )
    list_filter = ("action", "object_type")
    search_fields = ("actor_name", "object_id", "request_id")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Services write entries, people do not."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False
