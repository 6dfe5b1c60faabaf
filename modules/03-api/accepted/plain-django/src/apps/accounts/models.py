"""A person with an account."""

from typing import ClassVar

from accounts.fields import AddressField, UsernameField
from accounts.managers import UserManager
from accounts.roles import Role
from core.models import TimeStamped
from core.validation import refuse_taken
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower


class User(TimeStamped, AbstractUser):
    """A person with an account and a role."""

    username = UsernameField(
        "username",
        max_length=150,
        unique=True,
        help_text="150 letters, digits and @ . + - _ at most.",
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "A user with that username already exists."},
    )
    email = AddressField("email address", blank=True)
    role = models.CharField(max_length=20, choices=Role, default=Role.READER)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values),
                name="accounts_user_role_known",
            ),
            # Not every account has an address, so the empty one may repeat.
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="accounts_user_email_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def clean(self) -> None:
        """Refuse an address that somebody has already, in whatever capitals."""
        super().clean()
        if self.email:
            refuse_taken(self, "email")
