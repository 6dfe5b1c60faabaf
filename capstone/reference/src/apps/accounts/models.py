"""A person with an account."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser

# BEGIN SOLUTION 03
from django.contrib.auth.validators import UnicodeUsernameValidator

# END
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

# BEGIN SOLUTION 03
from accounts.fields import EmailField, UsernameField

# END
from accounts.managers import UserManager
from accounts.roles import Role
from core.models import TimeStamped
from core.validation import refuse_taken


# BEGIN BEFORE 02
# class User(AbstractUser):
#     """A person with an account."""
# END
# BEGIN SOLUTION 02
class User(TimeStamped, AbstractUser):
    """A person with an account and a role."""

    # BEGIN SOLUTION 03
    username = UsernameField(
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "A user with that username already exists."},
        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
    )
    email = EmailField("email address", blank=True)
    # STUB
    # # TODO(03): a username and an address that are normalised before they are checked
    # # (brief, task 1).
    # END
    role = models.CharField(max_length=20, choices=Role, default=Role.READER)
    # BEGIN SOLUTION 04
    session_epoch = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Moves on when the person is logged out everywhere.",
    )
    # END

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

    # BEGIN SOLUTION 04
    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session, by cookie or token, must fit; another password or epoch ends them.

        Django asks this method for its current and its former secret keys alike.
        """
        proof = f"{self.session_epoch}:{self.password}"
        hashed = salted_hmac("accounts.session", proof, secret, algorithm="sha256")
        return hashed.hexdigest()

    # END


# STUB
# class User(AbstractUser):
#     """A person with an account."""
#
#     # TODO(02): a role, timestamps, and an address that is unique whatever its capitals, here
#     # and in the database (brief, tasks 1, 2 and 4).
# END
