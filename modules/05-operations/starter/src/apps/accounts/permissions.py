"""Who may do what, as REST framework asks it. The answers are in `accounts.access`."""

from typing import Any, ClassVar

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import is_admin, is_editorial, is_member
from accounts.models import User


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


def owner_of(row: Any) -> Any:
    """Whose it is: a person is their own, everything else has an author or a user."""
    if isinstance(row, User):
        return row
    return row.author if hasattr(row, "author") else row.user


class IsOwner(IsMember):
    """Whose it is, and nobody else."""

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Reading counts, too."""
        return self.has_permission(request, view) and request.user == owner_of(obj)


class IsOwnerOrReadOnly(BasePermission):
    """Everybody reads, whose it is writes."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whoever may read; to write takes an account."""
        return request.method in SAFE_METHODS or is_member(request.user)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Reading, or whose it is."""
        return request.method in SAFE_METHODS or (
            is_member(request.user) and request.user == owner_of(obj)
        )


class IsOwnerOrAdmin(IsMember):
    """Whose it is, and admins."""

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Reading counts, too."""
        return is_admin(request.user) or (
            is_member(request.user) and request.user == owner_of(obj)
        )


class IsSuperUser(BasePermission):
    """Superusers, whatever their role."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """An account in use that Django lets do everything."""
        return is_member(request.user) and request.user.is_superuser


class HasRole(BasePermission):
    """People with one of some roles: `HasRole.among(Role.ADMIN, Role.EDITOR)`."""

    roles: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def among(cls, *roles: str) -> "type[HasRole]":
        """The permission of these roles."""
        return type("HasRole", (cls,), {"roles": frozenset(roles)})

    def has_permission(self, request: Request, view: APIView) -> bool:
        """The role that the database knows, not the one that a token claims."""
        return is_member(request.user) and request.user.role in self.roles
