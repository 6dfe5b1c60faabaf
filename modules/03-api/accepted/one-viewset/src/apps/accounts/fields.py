"""Columns whose values have one form, wherever they come from and whatever asks for them."""

import unicodedata
from typing import Any

from django.contrib.auth.models import UserManager
from django.db import models


def username_form(text: str) -> str:
    """NFKC: what looks the same is the same name."""
    return unicodedata.normalize("NFKC", text)


def address_form(text: str) -> str:
    """The domain, after the last @, in lower case."""
    return UserManager.normalize_email(text)


class OneForm(models.CharField):
    """Brought into its form before it is checked, before it is stored and before it is looked for.

    For migrations it is the plain field of Django: the column is the same.
    """

    plain: type[models.CharField] = models.CharField

    @staticmethod
    def form(text: str) -> str:
        """The one form of a text."""
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        """What `clean_fields()` checks."""
        value = super().to_python(value)
        return self.form(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """What the database gets, in a row or in a condition."""
        value = super().get_prep_value(value)
        return self.form(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The same for the object that is saved."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        """As the plain field."""
        name, _, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.plain.__name__}", args, kwargs


class UsernameField(OneForm):
    """A name to log in with."""

    form = staticmethod(username_form)


class AddressField(OneForm, models.EmailField):
    """An e-mail address."""

    plain = models.EmailField
    form = staticmethod(address_form)
