"""The user."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

ROLES = [("admin", "Administrator"), ("editor", "Editor"), ("contributor", "Contributor"), ("reader", "Reader")]


class User(AbstractUser):
    """A user with a role."""

    role = models.CharField(max_length=12, choices=ROLES, default="reader")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="accounts_role",
                condition=models.Q(role="admin")
                | models.Q(role="editor")
                | models.Q(role="contributor")
                | models.Q(role="reader"),
            ),
            models.UniqueConstraint(Upper("email"), name="accounts_email", condition=models.Q(email__gt="")),
        ]

    def clean(self):
        super().clean()
        if not self.email:
            return
        if User.objects.filter(email__iexact=self.email).exclude(pk=self.pk).exists():
            raise ValidationError({"email": ["Somebody has this address already."]})

    def save(self, *args, **kwargs):
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    def works_here(self):
        """Whether this is an active editor or administrator."""
        return self.is_active and self.role in ("admin", "editor")
