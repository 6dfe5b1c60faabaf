"""Who may use a method at all, whatever the row."""

from accounts.access import is_admin, is_editorial, is_writer
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class WritersChange(BasePermission):
    """Everybody reads, and whoever is more than a reader changes."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """By role."""
        return request.method in SAFE_METHODS or is_writer(request.user)


class EditorsChange(BasePermission):
    """Everybody reads, editors and admins change."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """By role."""
        return request.method in SAFE_METHODS or is_editorial(request.user)


class AdminsOnly(BasePermission):
    """Admins, and nobody else."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """By role."""
        return is_admin(request.user)
