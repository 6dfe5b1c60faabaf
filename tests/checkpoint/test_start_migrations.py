"""Migrations that are missing or lead to what cannot be copied: the migration or the table is named."""

from tests.checkpoint.starts import (
    MIGRATION,
    RUN_SQL,
    Stopped,
    one_finding_each,
)

_DEPENDS = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial"), ("accounts", "__first__")]
"""

STOPPED = {
    "an app whose migrations are not committed": Stopped(
        {
            "src/apps/accounts/__init__.py": "",
            "src/apps/accounts/models.py": "",
            "src/apps/accounts/migrations/__init__.py": "",
            "src/config/settings/testing.py": '+\nINSTALLED_APPS = [*INSTALLED_APPS, "accounts"]\n',
            MIGRATION: _DEPENDS,
        },
        "accounts has no migrations: are they committed?",
        "",
        "commit the migrations folder",
    ),
    "no migrations": Stopped(
        {
            "src/apps/posts/migrations/0002_more.py": "from django.db import migrations\n\n\n"
            "class Migration(migrations.Migration):\n    dependencies = [('posts', '0001_first')]\n",
        },
        "the migration 0001_first of posts is missing, which another depends on: is it committed?",
        "",
        "makemigrations",
    ),
    "a database that is too large": Stopped(
        {MIGRATION: RUN_SQL.format(statements=["CREATE TABLE large AS SELECT zeroblob(17000000) AS content"])},
        "it is larger than 16 MiB",
        "",
        "load less",
    ),
    "a table whose definition is no SQL": Stopped(
        {
            MIGRATION: RUN_SQL.format(
                statements=[
                    "CREATE TABLE oddities (a text)",
                    "PRAGMA writable_schema = ON",
                    "UPDATE sqlite_master SET sql = 'CREATE' WHERE name = 'oddities'",
                ]
            )
        },
        "malformed database schema (oddities)",
        f"{MIGRATION}:3",
        "SQL of your own that makes or changes `oddities`",
    ),
}


test_one_finding_says_what_and_where_and_what_to_do = one_finding_each(STOPPED)
