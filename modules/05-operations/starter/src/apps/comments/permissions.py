"""Who may do what with comments, as REST framework asks it."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import is_member
from comments.models import Comment


class CommentPermission(BasePermission):
    """Everybody reads, people with an account write, and the comment knows who may change it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether to let this person near comments at all."""
        return request.method in SAFE_METHODS or is_member(request.user)

    def has_object_permission(
        self, request: Request, view: APIView, obj: Comment
    ) -> bool:
        """Whether to let this person change the one comment."""
        return request.method in SAFE_METHODS or obj.can_be_edited_by(request.user)


class ModerationPermission(BasePermission):
    """The comment knows who may moderate it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Somebody with an account, at least."""
        return is_member(request.user)

    def has_object_permission(
        self, request: Request, view: APIView, obj: Comment
    ) -> bool:
        """Whether to let this person decide about it."""
        return obj.can_be_moderated_by(request.user)
