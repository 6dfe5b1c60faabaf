"""Comments over HTTP."""

from functools import partial
from typing import Any

from accounts.models import User
from api import parameters as read
from api.pagination import Keyset
from api.permissions import CommentPermission
from api.views import DomainViewSet
from comments.models import Comment
from comments.serializers import CommentSerializer, NewCommentSerializer
from comments.services import set_status
from core.choices import CommentStatus
from django.db.models import Q, QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response


class CommentViewSet(DomainViewSet):
    """Comments, the latest first."""

    queryset = Comment.objects.none()
    serializer_class = CommentSerializer
    create_serializer_class = NewCommentSerializer
    permission_classes = [CommentPermission]
    pagination_class = Keyset
    order = ("-created_at", "-pk")
    repeatable = frozenset({"create"})
    parameters = {
        "post": read.Parameter(
            read.integer,
            read.condition(lambda value: Q(post=value)),
            {"type": "integer"},
            "About the post with this id.",
        ),
        "author": read.Parameter(
            read.text,
            read.belongs_to("author", lambda: User, "username"),
            read.TEXT,
            "Written by the account with this username.",
            empty_is_all=True,
        ),
        "status": read.Parameter(
            read.one_of(*CommentStatus.values),
            read.condition(lambda value: Q(status=value)),
            {"type": "string", "enum": CommentStatus.values},
            "In this state.",
        ),
    }

    def get_queryset(self) -> QuerySet:
        """Those that the caller may read."""
        rows = Comment.objects.visible_to(self.request.user).select_related("author")
        # The post is asked for permissions only, and then all of it.
        return rows if self.action == "list" else rows.select_related("post")

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **kwargs: Any) -> Response:
        """Let everybody read the comment."""
        return self.change(partial(set_status, status=CommentStatus.APPROVED))

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, **kwargs: Any) -> Response:
        """Let nobody but its author, the post's author and editors read the comment."""
        return self.change(partial(set_status, status=CommentStatus.REJECTED))
