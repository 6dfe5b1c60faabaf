"""How comments look from outside."""

from django.db.models import QuerySet
from rest_framework import serializers

from api.examples import with_examples
from api.fields import IdField, StrictSerializer
from comments import examples
from comments.models import Comment
from posts.models import Post


class PublishedPostField(IdField[Post]):
    """A post that is out. To whoever may comment, all others do not exist."""

    def get_queryset(self) -> QuerySet[Post]:
        """Those that are out now, not when this module was loaded."""
        return Post.objects.published()


@with_examples(**examples.COMMENT)
class CommentSerializer(StrictSerializer[Comment]):
    """A comment, and the post that it belongs to for good."""

    post = PublishedPostField(help_text="Id of a published post.")
    author = serializers.SlugRelatedField[Comment](
        slug_field="username", read_only=True, help_text="Username."
    )

    class Meta:
        model = Comment
        fields = ("id", "post", "author", "body", "status", "created_at", "updated_at")
        read_only_fields = ("status",)


@with_examples(**examples.COMMENT_EDIT)
class CommentEditSerializer(CommentSerializer):
    """The same, of which only the text can change."""

    post = PublishedPostField(read_only=True)
