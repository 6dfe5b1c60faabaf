# FILE SOLUTION 05
"""Visits by day in the admin: to read."""

from django.contrib import admin
from django.http import HttpRequest

from analytics.models import DailyVisits


@admin.register(DailyVisits)
class DailyVisitsAdmin(admin.ModelAdmin):
    """Days, the latest first."""

    list_display = ("seen_on", "post", "number")
    list_select_related = ("post",)
    date_hierarchy = "seen_on"
    ordering = ("-seen_on", "-number")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are counted."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False
