"""How comments look from outside."""

from typing import Any

from accounts.access import is_editorial
from api.serializers import DomainSerializer, Reference
from comments.models import Comment
from core.choices import CommentStatus
from posts.models import Post
from rest_framework import serializers


class CommentSerializer(DomainSerializer):
    """A comment; what it is about stays."""

    author = serializers.CharField(source="author.username", read_only=True)
    post = serializers.IntegerField(source="post_id", read_only=True)

    class Meta:
        model = Comment
        fields = (
            "id",
            "post",
            "author",
            "body",
            "status",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("status",)

    def before_save(self, instance: Any) -> None:
        """What its author says anew has to be read anew."""
        user = self.context["request"].user
        if user.pk == instance.author_id and not is_editorial(user):
            instance.status = CommentStatus.PENDING


class NewCommentSerializer(CommentSerializer):
    """A comment that begins."""

    post = Reference("pk", kind=int, queryset=Post.objects.none())

    def get_fields(self) -> Any:
        """About a post that is out, and stays so until the comment is stored."""
        fields = super().get_fields()
        fields["post"].queryset = Post.objects.published().select_for_update(no_key=True)
        return fields

    def new(self) -> Any:
        """Whoever sends it is the author."""
        return Comment(author=self.context["request"].user)
