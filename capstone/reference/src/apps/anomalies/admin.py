# FILE SOLUTION 06
"""Anomalies in the admin, to read; blocks, to lift."""

from django.contrib import admin
from django.http import HttpRequest

from anomalies.models import Anomaly, Block


class _Written(admin.ModelAdmin):
    """Services write these, people do not."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False


@admin.register(Anomaly)
class AnomalyAdmin(_Written):
    """What was reported, the latest first."""

    list_display = ("at", "kind", "account", "address")
    list_filter = ("kind",)
    ordering = ("-at", "-pk")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False


@admin.register(Block)
class BlockAdmin(_Written):
    """Who is kept out. To delete one is to lift it."""

    list_display = ("subject", "until")
    ordering = ("-until",)
