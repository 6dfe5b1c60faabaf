"""A person with an account."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from accounts.fields import EmailField, UsernameField
from accounts.managers import UserManager
from accounts.roles import Role
from core.models import TimeStamped
from core.validation import refuse_taken


class User(TimeStamped, AbstractUser):
    """A person with an account and a role."""

    username = UsernameField(
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "A user with that username already exists."},
        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
    )
    email = EmailField("email address", blank=True)
    role = models.CharField(max_length=20, choices=Role, default=Role.READER)
    session_epoch = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Moves on when the person is logged out everywhere.",
    )

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

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session, by cookie or token, must fit; another password or epoch ends them.

        Django asks this method for its current and its former secret keys alike.
        """
        proof = f"{self.session_epoch}:{self.password}"
        hashed = salted_hmac("accounts.session", proof, secret, algorithm="sha256")
        return hashed.hexdigest()
