"""A person with an account."""

from collections.abc import Collection
from typing import Any, ClassVar

from accounts.managers import UserManager
from accounts.names import stored_email, stored_username
from accounts.roles import Role
from core.models import TimeStamped
from core.validation import refuse_taken
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UsernameField(models.CharField):
    """Text in the form NFKC, where it is stored and where it is looked for."""

    def get_prep_value(self, value: Any) -> Any:
        """As the database gets it."""
        text = super().get_prep_value(value)
        return stored_username(text) if isinstance(text, str) else text

    def deconstruct(self) -> Any:
        """To the database it is text like any other: no migration."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class User(TimeStamped, AbstractUser):
    """A person with an account and a role."""

    username = UsernameField(
        _("username"),
        max_length=150,
        unique=True,
        help_text=_("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."),
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("A user with that username already exists.")},
    )
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

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Bring name and address into the form that is stored before anything is asked of them."""
        self.username = stored_username(self.username)
        self.email = stored_email(self.email)
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """Refuse an address that somebody has already, in whatever capitals."""
        super().clean()
        if self.email:
            refuse_taken(self, "email")
