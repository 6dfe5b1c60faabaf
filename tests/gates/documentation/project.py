"""A small project with two apps' worth of models, as the tests of this gate document it."""

SETTINGS = """import environ

SECRET_KEY = "for-tests"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "shop"]
DATABASES = {"default": environ.Env().db("DATABASE_URL", default="sqlite:///db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""
MODELS = """from django.contrib.auth.models import User
from django.db import models


class Tag(models.Model):
    name = models.CharField(max_length=20)


class Item(models.Model):
    name = models.CharField(max_length=20)
    owner = models.ForeignKey(User, on_delete=models.CASCADE)
    tags = models.ManyToManyField(Tag)


class Cheap(Item):
    class Meta:
        proxy = True
"""
MIGRATION = """from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel("Tag", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=20)),
        ]),
        migrations.CreateModel("Item", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=20)),
            ("owner", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)),
            ("tags", models.ManyToManyField("shop.tag")),
        ]),
    ]
"""
MANAGE = """import os
import sys

if __name__ == "__main__":
    sys.path[:0] = ["src", "src/apps"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.testing")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
"""
FILES = {
    "manage.py": MANAGE,
    ".env.example": "NAME=shop\n",
    "src/config/__init__.py": "",
    "src/config/settings/__init__.py": "",
    "src/config/settings/testing.py": SETTINGS,
    "src/config/settings/production.py": SETTINGS,
    "src/apps/shop/__init__.py": "",
    "src/apps/shop/models.py": MODELS,
    "src/apps/shop/migrations/__init__.py": "",
    "src/apps/shop/migrations/0001_initial.py": MIGRATION,
    "tests/test_it.py": "def test_it():\n    assert False, 'collected only'\n",
}
DIAGRAM = """# Data model

```mermaid
erDiagram
    Item {
        BigAutoField id PK
        CharField name
        ForeignKey owner_id FK
    }
    Tag {
        int id
        string name "what it is called"
    }
    Item }o--|| User : owner
    Item }o--o{ "Tag" : tags
```
"""
