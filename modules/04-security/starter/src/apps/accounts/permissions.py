"""Who may do what, as REST framework asks it. The answers are in `accounts.access`."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import is_admin, is_editorial, is_member


class IsMember(BasePermission):
    """Somebody with an account."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whoever is logged in, and not closed out."""
        return is_member(request.user)


class IsAdmin(BasePermission):
    """Admins."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Only admins, whatever the method."""
        return is_admin(request.user)


class IsEditorialOrReadOnly(BasePermission):
    """Everybody reads, editors and admins write."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Reading, or somebody who looks after everybody's work."""
        return request.method in SAFE_METHODS or is_editorial(request.user)


# TODO(04): IsOwner, IsOwnerOrReadOnly, IsOwnerOrAdmin, IsSuperUser and one by role
# (brief, task 6).
