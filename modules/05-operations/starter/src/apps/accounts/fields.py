"""Model fields for names and addresses: normalised first, so that rules see what is stored."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

if TYPE_CHECKING:
    Text = models.CharField[str, str]
    Address = models.EmailField[str, str]
else:
    Text, Address = models.CharField, models.EmailField


class UsernameField(Text):
    """A username in the Unicode form NFKC, as Django's own forms for logging in compare it.

    Length, characters and uniqueness are checked after normalisation, and a look-up normalises what
    is looked for: `get(username="ﬁona")` finds "fiona". Normalising may make a text many times as
    long ("ﷺ" becomes 18 characters), or put characters into it that a username may not have ("½").
    """

    def to_python(self, value: Any) -> Any:
        """The normalised name; what is no text stays what it is."""
        return AbstractBaseUser.normalize_username(super().to_python(value))


class EmailField(Address):
    """An e-mail address with its domain in lower case; the part before the @ stays as it is."""

    def to_python(self, value: Any) -> Any:
        """The normalised address; None stays None."""
        text = super().to_python(value)
        return text and BaseUserManager.normalize_email(text)
