"""Usernames in the Unicode form NFKC, e-mail addresses with their domain in lower case.

Stops, and changes nothing, if two accounts would get the same name or address, or a name would get
too long: what to call them is for a person to say.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import django.contrib.auth.validators
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import QuerySet

import accounts.fields

MAX_LENGTH = {"username": 150, "email": 254}


def normalise(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Bring the stored rows into the form that look-ups ask for from now on."""
    users = apps.get_model("accounts", "User").objects.using(
        schema_editor.connection.alias
    )
    changed = []
    for user in users.order_by("pk").iterator():
        before = (user.username, user.email)
        user.username = AbstractBaseUser.normalize_username(user.username)
        user.email = BaseUserManager.normalize_email(user.email)
        if (user.username, user.email) != before:
            changed.append(user)
    if problems := [*_too_long(changed), *_taken(users, changed)]:
        raise RuntimeError("Change these accounts first: " + "; ".join(problems))
    users.bulk_update(changed, ["username", "email"])


def _too_long(changed: Iterable[Any]) -> Iterator[str]:
    for user in changed:
        for name, limit in MAX_LENGTH.items():
            if len(getattr(user, name)) > limit:
                yield f"the {name} of {user.pk} is too long once it is normalised"


def _taken(users: QuerySet[Any], changed: list[Any]) -> Iterator[str]:
    ids = {user.pk for user in changed}
    for name in MAX_LENGTH:
        owner = dict(users.exclude(pk__in=ids).values_list(name, "pk"))
        for user in changed:
            value = getattr(user, name)
            if value and owner.setdefault(value, user.pk) != user.pk:
                yield f"{owner[value]} and {user.pk} would have the same {name}"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_role_and_timestamps")]

    operations = [
        migrations.RunPython(normalise, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="user",
            name="username",
            field=accounts.fields.UsernameField(
                error_messages={"unique": "A user with that username already exists."},
                help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                max_length=150,
                unique=True,
                validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=accounts.fields.EmailField(
                blank=True, max_length=254, verbose_name="email address"
            ),
        ),
    ]
