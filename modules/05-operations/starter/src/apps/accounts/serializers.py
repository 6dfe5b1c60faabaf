"""How people look from outside. No password goes out or comes in here."""

from typing import Any, ClassVar

from django.db import models

from accounts import examples, fields
from accounts.models import User
from accounts.serializer_fields import EmailField, UsernameField
from api.examples import with_examples
from api.fields import StrictSerializer


@with_examples(**examples.USER)
class UserSerializer(StrictSerializer[User]):
    """A person, as admins see and change them."""

    serializer_field_mapping: ClassVar[Any] = {
        **StrictSerializer.serializer_field_mapping,
        models.EmailField: EmailField,
        fields.UsernameField: UsernameField,
    }

    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "email",
            "first_name",
            "last_name",
            "role",
            "is_active",
            "created_at",
            "updated_at",
        )


@with_examples(**examples.ME)
class MeSerializer(UserSerializer):
    """Oneself: the same, of which first and last name can change."""

    class Meta(UserSerializer.Meta):
        read_only_fields = ("username", "email", "role", "is_active")
