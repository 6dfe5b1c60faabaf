"""How comments look from outside, and what may be sent of them."""

from typing import Any

from api.fields import BodySerializer, LongCharField, StrictIdField
from comments.models import Comment
from comments.services import NO_SUCH_POST
from core.choices import CommentStatus
from drf_spectacular.utils import extend_schema_serializer
from posts.models import Post
from posts.serializers import PageSerializer, RowSerializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError


class CommentSerializer(RowSerializer):
    """A comment."""

    post = serializers.IntegerField(source="post_id")
    author = serializers.CharField(source="author_username", help_text="Their username")
    body = serializers.CharField()
    status = serializers.ChoiceField(choices=CommentStatus.choices)


@extend_schema_serializer(many=False)
class CommentPageSerializer(PageSerializer):
    """A page of comments; nobody counts them."""

    results = CommentSerializer(many=True)


class CommentEditSerializer(BodySerializer):
    """A comment as it is edited."""

    body = LongCharField(max_length=Comment.MAX_LENGTH)


class CommentBodySerializer(CommentEditSerializer):
    """A comment as it is sent."""

    post = StrictIdField(help_text="The id of a post that is out")

    def validate_post(self, pk: int) -> Post:
        """The post, if it is out."""
        post: Any = Post.objects.published().filter(pk=pk).first()
        if post is None:
            raise ValidationError([ErrorDetail(NO_SUCH_POST, code="does_not_exist")])
        return post  # type: ignore[no-any-return]
