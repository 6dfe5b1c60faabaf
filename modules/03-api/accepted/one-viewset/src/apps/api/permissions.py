"""Who may do what: first by role alone, then to one object."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from accounts.access import AnyUser, is_admin, is_editorial, is_member, is_writer
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

READ = ("list", "retrieve")


def anybody(user: AnyUser) -> bool:
    """Nobody is asked who they are."""
    return True


class RolePermission(BasePermission):
    """Asks `by_role` whether a role uses an action at all, `has_object_permission` about a row.

    A method that the path does not have has no action, and is answered with 405 to everybody.
    """

    to_read: ClassVar[Callable[[AnyUser], bool]] = anybody
    to_write: ClassVar[Callable[[AnyUser], bool]]

    @classmethod
    def by_role(cls, action: str | None) -> Callable[[AnyUser], bool]:
        """The question that an action asks about a person."""
        if action in READ:
            return cls.to_read
        return cls.to_write if action not in (None, "metadata") else anybody

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether somebody with this role may do it to any row."""
        return self.by_role(view.action)(request.user)

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """Whether they may do it to this row, which they can see."""
        return view.action in READ or self.may(request.user, view.action, obj)

    def may(self, user: Any, action: str, obj: Any) -> bool:
        """The same for a change."""
        return True


class PostPermission(RolePermission):
    """Everybody reads, writers write, and everybody looks after their own; editors after all."""

    to_write = staticmethod(is_writer)

    def may(self, user: Any, action: str, obj: Any) -> bool:
        """The author's, as long as they write, and the editors'."""
        return bool(obj.can_be_edited_by(user))


class CommentPermission(RolePermission):
    """Everybody reads, members write."""

    to_write = staticmethod(is_member)
    moderating: Mapping[str, str] = {"approve": "approved", "reject": "rejected"}

    def may(self, user: Any, action: str, obj: Any) -> bool:
        """What one said is one's own; what is said on one's post one lets through or not."""
        if action in self.moderating:
            return bool(obj.can_be_moderated_by(user))
        return bool(obj.can_be_edited_by(user))


class TaxonomyPermission(RolePermission):
    """Everybody reads, editors write."""

    to_write = staticmethod(is_editorial)


class UserPermission(RolePermission):
    """For admins; but nobody deletes themselves, and superusers are changed by their like."""

    to_read = staticmethod(is_admin)
    to_write = staticmethod(is_admin)

    def may(self, user: Any, action: str, obj: Any) -> bool:
        """Whether this account may be changed by this person."""
        if action == "destroy" and obj.pk == user.pk:
            return False
        return bool(user.is_superuser or not obj.is_superuser)


class OwnAccountPermission(RolePermission):
    """For whoever has an account, whatever the method: it is not said which ones there are."""

    @classmethod
    def by_role(cls, action: str | None) -> Callable[[AnyUser], bool]:
        """Always the same question."""
        return is_member
