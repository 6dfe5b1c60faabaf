"""Comments over HTTP."""

from typing import Any, ClassVar

from api import documentation as doc
from api.idempotency import IdempotentMixin
from api.pagination import CommentPages
from api.views import ChangeMixin, ListMixin, ResourceView, RetrieveMixin
from comments import services
from comments.filters import CommentFilters
from comments.models import Comment
from comments.serializers import (
    CommentBodySerializer,
    CommentEditSerializer,
    CommentSerializer,
)
from core.choices import CommentStatus
from django.db import models, transaction
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response


class CommentResource(ResourceView):
    """What all views of comments share. Whoever has an account writes them."""

    model = Comment
    detail_serializer = CommentSerializer
    list_serializer = CommentSerializer
    list_name = "comment-list"

    def shown(self) -> models.QuerySet[Any]:
        """With the names that a comment shows."""
        return Comment.objects.with_names()

    def visible(self) -> models.QuerySet[Any]:
        """The queryset's verb."""
        return Comment.objects.visible_to(self.asker).with_names()

    def may_read(self, row: Comment) -> bool:
        """The same of one comment."""
        return Comment.objects.visible_to(self.asker).filter(pk=row.pk).exists()

    def may_change(self, row: Comment) -> bool:
        """Its author, editors and admins."""
        return row.can_be_edited_by(self.asker)


class CommentListView(IdempotentMixin, ListMixin, CommentResource):
    """All comments."""

    pagination_class = CommentPages
    filterset_class = CommentFilters
    body_serializer = CommentBodySerializer

    def get_queryset(self) -> models.QuerySet[Any]:
        """In the order of the pages."""
        return self.visible()

    @doc.comment_list
    def get(self, request: Request) -> Response:
        """A page of comments."""
        return self.list(request)

    @doc.comment_create
    def post(self, request: Request) -> Response:
        """A new comment, made once for one key."""
        return self.once(request, self.create)

    def create(self) -> Response:
        """A new comment."""
        author: Any = self.asker
        with transaction.atomic():
            values = self.body().values_for(
                lambda values, wrong: services.check_comment(Comment(author=author, **values), wrong | {"post"})
            )
            comment = services.create_comment(by=author, **values)
            where = reverse("v1:comment-detail", args=[comment.pk])
            data = self.show(comment.pk)
        return Response(data, status=201, headers={"Location": where})


class CommentDetailView(RetrieveMixin, ChangeMixin, CommentResource):
    """One comment."""

    body_serializer = CommentEditSerializer

    @doc.comment_get
    def get(self, request: Request, id: int) -> Response:
        """The comment."""
        return self.retrieve(request)

    @doc.comment_put
    def put(self, request: Request, id: int) -> Response:
        """Replace it."""
        return self.change(partial=False)

    @doc.comment_patch
    def patch(self, request: Request, id: int) -> Response:
        """Change some of it."""
        return self.change(partial=True)

    def change(self, *, partial: bool) -> Response:
        """Store what was sent."""
        with self.changing() as comment:
            values = self.body(partial=partial).values_for(lambda values, wrong: services.check_comment(comment, wrong))
            services.edit_comment(comment=comment, by=self.asker, body=values.get("body"))
            return Response(self.show(comment.pk))

    @doc.comment_delete
    def delete(self, request: Request, id: int) -> Response:
        """Delete it."""
        with self.changing() as comment:
            services.delete_comment(comment=comment, by=self.asker)
        return Response(status=204)


class ModerationView(ChangeMixin, CommentResource):
    """Deciding about a comment."""

    verdict: ClassVar[CommentStatus]

    def may_change(self, row: Comment) -> bool:
        """The post's author, editors and admins."""
        return row.can_be_moderated_by(self.asker)

    def moderate(self) -> Response:
        """Give it the status."""
        with self.changing() as comment:
            services.moderate_comment(comment=comment, by=self.asker, status=self.verdict)
            return Response(self.show(comment.pk))


class ApproveView(ModerationView):
    """Everybody may read it."""

    verdict = CommentStatus.APPROVED

    @doc.comment_approve
    def post(self, request: Request, id: int) -> Response:
        """Approve it."""
        return self.moderate()


class RejectView(ModerationView):
    """Nobody else may read it."""

    verdict = CommentStatus.REJECTED

    @doc.comment_reject
    def post(self, request: Request, id: int) -> Response:
        """Reject it."""
        return self.moderate()
