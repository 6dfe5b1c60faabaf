"""Who may do what with posts, as REST framework asks it."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import may_write_posts
from posts.models import Post


class PostPermission(BasePermission):
    """Everybody reads, all but readers write, and the post itself knows who may change it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether to let this person near posts at all."""
        return request.method in SAFE_METHODS or may_write_posts(request.user)

    def has_object_permission(self, request: Request, view: APIView, obj: Post) -> bool:
        """Whether to let this person change the one post."""
        return request.method in SAFE_METHODS or obj.can_be_edited_by(request.user)
