"""The comment."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from posts.models import Post

STATES = {"pending": "Pending", "approved": "Approved", "rejected": "Rejected"}


class CommentQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status="approved")

    def pending(self):
        return self.filter(status="pending")

    def on_post(self, post):
        return self.filter(post_id=post.pk)


class Comment(models.Model):
    post = models.ForeignKey(Post, related_name="comments", on_delete=models.CASCADE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="comments", on_delete=models.PROTECT)
    body = models.TextField()
    status = models.CharField(max_length=8, default="pending", choices=STATES)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("post", "status", "created_at"), name="comments_by_post")]
        constraints = [
            models.CheckConstraint(name="comments_said", condition=~models.Q(body__exact="")),
            models.CheckConstraint(name="comments_state", condition=models.Q(status__in=list(STATES))),
        ]

    def __str__(self):
        return f'Comment by {self.author.get_username()} on "{self.post.title}"'

    def clean(self):
        errors = {}
        if not len((self.body or "").strip()) >= 1 or len(self.body) > 5000:
            errors["body"] = "Between 1 and 5000 characters, please."
        if self.post_id and not self.post.is_out():
            errors["post"] = "This post takes no comments."
        if errors:
            raise ValidationError(errors)

    def _may(self, user, *people):
        return bool(user.is_authenticated and user.is_active and (user.works_here() or user.pk in people))

    def can_be_edited_by(self, user):
        return self._may(user, self.author_id)

    def can_be_moderated_by(self, user):
        return self._may(user, *{self.post.author_id} - {self.author_id})
