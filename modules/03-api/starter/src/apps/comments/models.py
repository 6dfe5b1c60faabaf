"""A comment."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from accounts.access import AnyUser, is_editorial, is_member
from comments.querysets import CommentQuerySet
from core.choices import CommentStatus
from core.models import TimeStamped
from core.validation import is_blank


class Comment(TimeStamped):
    """What somebody said about a published post."""

    MAX_LENGTH = 5000

    post = models.ForeignKey(
        "posts.Post", on_delete=models.CASCADE, related_name="comments"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="comments",
    )
    body = models.TextField(validators=[MaxLengthValidator(MAX_LENGTH)])
    status = models.CharField(
        max_length=20,
        choices=CommentStatus,
        default=CommentStatus.PENDING,
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=CommentStatus.values),
                name="comments_comment_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(body=""), name="comments_comment_body_not_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["post", "status"], name="comments_comment_post_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.author} on {self.post}"

    def clean(self) -> None:
        """The rules of a comment that are about more than the length of its text."""
        super().clean()
        problems: dict[str, str] = {}
        # An empty body is refused by the field itself.
        if self.body and is_blank(self.body):
            problems["body"] = "A comment needs something to read."
        if self.post_id is not None and not self.post.is_out:
            problems["post"] = "Only published posts take comments."
        if problems:
            raise ValidationError(problems)

    def can_be_edited_by(self, user: AnyUser) -> bool:
        """Its author, editors and admins."""
        return is_editorial(user) or (is_member(user) and user.pk == self.author_id)

    def can_be_moderated_by(self, user: AnyUser) -> bool:
        """Editors and admins, and the post's author; but no author passes their own comment."""
        return is_editorial(user) or (
            is_member(user)
            and user.pk == self.post.author_id
            and user.pk != self.author_id
        )
