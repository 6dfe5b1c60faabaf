# FILE SOLUTION 04
"""What one sends to log in, and what comes back. Only these fields are ever read."""

from django.contrib.auth.validators import UnicodeUsernameValidator
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.models import User
from accounts.serializer_fields import EmailField, UsernameField
from api.fields import IdField, TextField
from authentication import examples
from authentication.credentials import MAX_PASSWORD


class PasswordField(TextField):
    """As it was typed: spaces at its ends belong to it."""

    def __init__(self, *, max_length: int | None = MAX_PASSWORD) -> None:
        super().__init__(
            max_length=max_length,
            trim_whitespace=False,
            write_only=True,
            style={"input_type": "password"},
        )


@extend_schema_serializer(examples=examples.LOGIN)
class LoginSerializer(serializers.Serializer[None]):
    """A name and a password."""

    username = UsernameField(max_length=150)
    password = PasswordField()


@extend_schema_serializer(examples=examples.REGISTRATION)
class RegistrationSerializer(serializers.Serializer[None]):
    """What a new account needs. Nobody chooses their own role."""

    username = UsernameField(max_length=150, validators=[UnicodeUsernameValidator()])
    email = EmailField(max_length=254)
    password = PasswordField()


@extend_schema_serializer(examples=examples.REFRESH)
class RefreshSerializer(serializers.Serializer[None]):
    """A refresh token."""

    refresh = TextField(max_length=4096)


@extend_schema_serializer(examples=examples.PASSWORD_CHANGE)
class PasswordChangeSerializer(serializers.Serializer[None]):
    """The password so far, and the one to come."""

    current_password = PasswordField()
    new_password = PasswordField()


@extend_schema_serializer(examples=examples.INVITATION)
class InvitationSerializer(serializers.Serializer[None]):
    """The account of whoever is invited."""

    user = IdField(queryset=User.objects.all())


@extend_schema_serializer(examples=examples.INVITED)
class InvitedSerializer(serializers.Serializer[None]):
    """What whoever is invited sets a password with, once. For them alone."""

    token = TextField()


@extend_schema_serializer(examples=examples.FIRST_PASSWORD)
class FirstPasswordSerializer(serializers.Serializer[None]):
    """The token of an invitation, and the password to come."""

    # Neither has a limit here: a void token is refused as void, however long it or the password is.
    token = TextField()
    new_password = PasswordField(max_length=None)


@extend_schema_serializer(examples=examples.TOKEN_PAIR)
class TokenPairSerializer(serializers.Serializer[None]):
    """`access` goes into `Authorization: Bearer …`; `refresh` buys the next pair, once."""

    access = TextField()
    refresh = TextField()


@extend_schema_serializer(examples=examples.ACCEPTED)
class AcceptedSerializer(serializers.Serializer[None]):
    """A sentence for people."""

    detail = TextField()
