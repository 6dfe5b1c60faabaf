"""How accounts look from outside, and what may be sent of them."""

from typing import Any

from accounts.names import stored_email, stored_username
from accounts.roles import Role
from api.fields import (
    BodySerializer,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
)
from drf_spectacular.utils import extend_schema_serializer
from posts.serializers import CountedPageSerializer, RowSerializer
from rest_framework import serializers


class UsernameField(StrictCharField):
    """A username, brought into the form that is stored before anything is asked of it."""

    def to_internal_value(self, data: Any) -> str:
        """In the form NFKC."""
        return stored_username(super().to_internal_value(data)).strip()


class AddressField(StrictCharField):
    """An e-mail address, likewise; what an address is the model knows."""

    def to_internal_value(self, data: Any) -> str:
        """With its domain in lower case."""
        return stored_email(super().to_internal_value(data))


class UserSerializer(RowSerializer):
    """An account."""

    username = serializers.CharField()
    email = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    is_active = serializers.BooleanField()


@extend_schema_serializer(many=False)
class UserPageSerializer(CountedPageSerializer):
    """A page of accounts."""

    results = UserSerializer(many=True)


class OwnNamesSerializer(BodySerializer):
    """What people change of their own account."""

    first_name = StrictCharField(required=False, allow_blank=True, max_length=150)
    last_name = StrictCharField(required=False, allow_blank=True, max_length=150)


class UserBodySerializer(OwnNamesSerializer):
    """An account as an admin sends it."""

    username = UsernameField(max_length=150)
    email = AddressField(required=False, allow_blank=True, max_length=254)
    role = StrictChoiceField(required=False, choices=Role.choices)
    is_active = StrictBooleanField(required=False)
