"""Bring stored usernames into NFKC, and the domains of addresses into lower case.

A username whose form somebody else has already stays as it is: a person decides.
"""

import unicodedata

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Rewrite what has another form."""
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for pk, username, email in list(users.values_list("pk", "username", "email")):
        name = unicodedata.normalize("NFKC", username)
        if name != username and not users.filter(username=name).exists():
            users.filter(pk=pk).update(username=name)
        local, at, domain = email.rpartition("@")
        if domain != domain.lower():
            users.filter(pk=pk).update(email=f"{local}{at}{domain.lower()}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_username_and_email_in_one_form")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
