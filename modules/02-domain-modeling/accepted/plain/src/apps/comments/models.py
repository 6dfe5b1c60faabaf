from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.db import models


class CommentManager(models.Manager):
    def get_queryset(self):
        return CommentQuerySet(self.model, using=self._db)

    def approved(self):
        return self.get_queryset().approved()

    def pending(self):
        return self.get_queryset().pending()

    def on_post(self, post):
        return self.get_queryset().on_post(post)


class CommentQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status="approved")

    def pending(self):
        return self.filter(status="pending")

    def on_post(self, post):
        return self.filter(post=post)


def not_only_spaces(value):
    if value and value.isspace():
        raise ValidationError("Only spaces")


class Comment(models.Model):
    STATUS = [("pending", "pending"), ("approved", "approved"), ("rejected", "rejected")]

    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="comments")
    body = models.CharField(
        max_length=5000, validators=[MinLengthValidator(1), MaxLengthValidator(5000), not_only_spaces]
    )
    status = models.CharField(max_length=20, choices=STATUS, default="pending")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CommentManager()

    class Meta:
        indexes = [models.Index(fields=["post", "status"], name="comments_post_status")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "approved", "rejected"]), name="comments_1"
            ),
            models.CheckConstraint(condition=~models.Q(body=""), name="comments_2"),
        ]

    def __str__(self):
        return self.post.title + ": " + self.author.username

    def clean(self):
        if self.post_id and not type(self.post).objects.published().filter(pk=self.post_id).exists():
            raise ValidationError({"post": "not published"})

    def can_be_edited_by(self, user):
        return user.is_authenticated and user.is_active and (user.is_staff_role or self.author == user)

    def can_be_moderated_by(self, user):
        if not (user.is_authenticated and user.is_active):
            return False
        if user.is_staff_role:
            return True
        return self.post.author == user and self.author != user
