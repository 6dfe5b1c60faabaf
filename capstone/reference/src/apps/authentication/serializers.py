# FILE SOLUTION 04
"""What one sends to log in, and what comes back. Only these fields are ever read."""

from django.contrib.auth.validators import UnicodeUsernameValidator
from rest_framework import serializers

# Hashing is slow on purpose; a text without end would make it a weapon.
MAX_PASSWORD = 128


class Password(serializers.CharField):
    """As it was typed: spaces at its ends belong to it."""

    def __init__(self) -> None:
        super().__init__(
            max_length=MAX_PASSWORD,
            trim_whitespace=False,
            write_only=True,
            style={"input_type": "password"},
        )


class LoginSerializer(serializers.Serializer[None]):
    """A name and a password."""

    username = serializers.CharField(max_length=150)
    password = Password()


class RegistrationSerializer(serializers.Serializer[None]):
    """What a new account needs. Nobody chooses their own role."""

    username = serializers.CharField(
        max_length=150, validators=[UnicodeUsernameValidator()]
    )
    email = serializers.EmailField(max_length=254)
    password = Password()


class RefreshSerializer(serializers.Serializer[None]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096)


class PasswordChangeSerializer(serializers.Serializer[None]):
    """The password so far, and the one to come."""

    current_password = Password()
    new_password = Password()


class TokenPairSerializer(serializers.Serializer[None]):
    """`access` goes into `Authorization: Bearer …`; `refresh` buys the next pair, once."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class AcceptedSerializer(serializers.Serializer[None]):
    """A sentence for people."""

    detail = serializers.CharField()
