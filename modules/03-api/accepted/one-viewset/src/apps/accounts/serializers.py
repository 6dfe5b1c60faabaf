"""How accounts look from outside."""

from typing import Any

from accounts.models import User
from api.serializers import DomainSerializer, Text
from rest_framework.exceptions import ErrorDetail


class UserSerializer(DomainSerializer):
    """An account, for admins."""

    # An account without a password is as good as any here.
    settled_when_stored = ("password",)

    # How long they may be is said of the form in which they are stored: by the model.
    username = Text()
    email = Text(required=False)

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

    def new(self) -> Any:
        """Nobody can log in with it before there is a password."""
        user = User()
        user.set_unusable_password()
        return user

    def refusals(self, values: dict[str, Any]) -> dict[str, list[ErrorDetail]]:
        """Nobody gives themselves a role, or locks themselves out."""
        if self.instance is None or self.instance.pk != self.context["request"].user.pk:
            return {}
        message = "Somebody else has to change this for you."
        return {
            name: [ErrorDetail(message, "own_account")]
            for name in ("role", "is_active")
            if name in values and values[name] != getattr(self.instance, name)
        }


class OwnAccountSerializer(UserSerializer):
    """One's own account: only the names are one's own to change."""

    class Meta(UserSerializer.Meta):
        read_only_fields = ("role", "is_active")

    username = Text(read_only=True)
    email = Text(read_only=True)
