"""Texts that have one spelling, whoever writes or looks for them."""

import unicodedata
from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models


class _Normalised(models.CharField):  # type: ignore[type-arg]
    """Brings a value into its form before it is checked, stored or compared."""

    @staticmethod
    def normalise(value: str) -> str:
        """The one form."""
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        """Of validation, of storing and of looking for it."""
        value = super().to_python(value)
        return self.normalise(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The object has what the row has."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class UsernameField(_Normalised):
    """A username in the Unicode form NFKC."""

    @staticmethod
    def normalise(value: str) -> str:
        """NFKC."""
        return unicodedata.normalize("NFKC", value)


class AddressField(_Normalised, models.EmailField):  # type: ignore[misc]
    """An e-mail address whose domain is in lower case."""

    @staticmethod
    def normalise(value: str) -> str:
        """The domain is what follows the last @; what stands before it stays."""
        return BaseUserManager.normalize_email(value)
