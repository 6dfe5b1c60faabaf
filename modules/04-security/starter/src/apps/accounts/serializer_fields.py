"""Names and addresses as requests give them: normalised before they are checked."""

from typing import Any

from rest_framework import serializers

from accounts import fields
from api.fields import TextField


class EmailField(serializers.EmailField, TextField):
    """An e-mail address, normalised before it is checked."""

    def to_internal_value(self, data: Any) -> str:
        """The address as it is stored."""
        return str(fields.EmailField().to_python(super().to_internal_value(data)))


class UsernameField(TextField):
    """A username, normalised before it is checked: length and characters are of what is stored."""

    def to_internal_value(self, data: Any) -> str:
        """The name as it is stored."""
        return str(fields.UsernameField().to_python(super().to_internal_value(data)))
