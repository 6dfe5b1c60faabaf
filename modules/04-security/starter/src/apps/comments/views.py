"""Comments over HTTP."""

from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.models import User
from api.idempotency import HEADER, run_idempotently
from api.pagination import Cursors
from api.viewsets import Collection
from comments.filters import CommentFilter
from comments.models import Comment
from comments.permissions import CommentPermission, ModerationPermission
from comments.serializers import CommentEditSerializer, CommentSerializer
from comments.services import (
    create_comment,
    delete_comment,
    edit_comment,
    moderate_comment,
)
from core.choices import CommentStatus


class CommentViewSet(Collection[Comment]):
    """Comments, as far as whoever asks may see them."""

    queryset = Comment.objects.none()
    filterset_class = CommentFilter
    pagination_class = Cursors
    permission_classes = [CommentPermission]
    more_problems = {"create": {409, 422}}

    def get_queryset(self) -> QuerySet[Comment]:
        """What this person may read."""
        visible = Comment.objects.visible_to(self.request.user)
        # What a list shows of the post is its id; texts of posts are long.
        at_hand = ("author",) if self.action == "list" else ("author", "post")
        return visible.select_related(*at_hand).order_by("-created_at", "-pk")

    def get_serializer_class(self) -> type[BaseSerializer[Comment]]:
        """A comment never moves to another post."""
        if self.action in {"update", "partial_update"}:
            return CommentEditSerializer
        return CommentSerializer

    @extend_schema(
        parameters=[
            OpenApiParameter(
                HEADER,
                {"type": "string", "minLength": 1, "maxLength": 255},
                OpenApiParameter.HEADER,
                description="Makes a repetition safe: the same answer, no second comment.",
            )
        ]
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Comment on a published post; it waits for moderation.

        With an `Idempotency-Key` a request can safely be repeated.
        """
        act = super().create
        user = cast(User, request.user)  # nobody else comes past the permission
        name = "create a comment"
        return run_idempotently(
            request, user, name, lambda: act(request, *args, **kwargs)
        )

    def perform_create(self, serializer: BaseSerializer[Comment]) -> None:
        """It waits for moderation."""
        serializer.instance = create_comment(
            by=self.request.user, **serializer.validated_data
        )

    def perform_update(self, serializer: BaseSerializer[Comment]) -> None:
        """The text."""
        row = cast(Comment, serializer.instance)
        body = serializer.validated_data.get("body", row.body)
        serializer.instance = edit_comment(comment=row, by=self.request.user, body=body)

    def perform_destroy(self, instance: Comment) -> None:
        """For good."""
        delete_comment(comment=instance, by=self.request.user)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], permission_classes=[ModerationPermission])
    @transaction.atomic
    def approve(self, request: Request, pk: int) -> Response:
        """Approve a comment: everybody may read it."""
        return self._moderate(CommentStatus.APPROVED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], permission_classes=[ModerationPermission])
    @transaction.atomic
    def reject(self, request: Request, pk: int) -> Response:
        """Reject a comment: nobody but its author and who moderates may read it."""
        return self._moderate(CommentStatus.REJECTED)

    def _moderate(self, status: CommentStatus) -> Response:
        comment = moderate_comment(
            comment=self.get_object(), by=self.request.user, status=status
        )
        return Response(self.get_serializer(comment).data)
