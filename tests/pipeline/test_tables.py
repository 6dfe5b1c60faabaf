"""What tables rest on: what cannot change them leaves the key alone, and whatever may change them does not."""

from pathlib import Path

import pytest

from grader.course import build_solution, load_course
from grader.domain.layout import COURSE
from grader.pipeline.tables import tables_key

ROOT = Path(__file__).parents[2]
MIGRATION = "src/apps/posts/migrations/0001_initial.py"
PROJECT = {
    "manage.py": "",
    "README.md": "Read me.",
    "src/config/settings/base.py": "from config.settings.environment import env\n",
    "src/config/settings/environment.py": "import environ\n",
    "src/apps/posts/models.py": "from django.db import models\n",
    "src/apps/posts/services.py": "",
    MIGRATION: "from django.db import migrations\n",
}
MODELS = {"src/apps/posts/models.py": "from django.db import models\n\nMORE = 1\n"}
MATTERS = {
    "another model": (MODELS, False),
    "another page": ({"README.md": "Read more."}, False),
    "a new module": ({"src/apps/posts/more.py": ""}, False),
    "a migration": ({MIGRATION: "from django.db import migrations, models\n"}, True),
    "a migration more": ({"src/apps/posts/migrations/0002_more.py": ""}, True),
    "what settings import": ({"src/config/settings/environment.py": "import os\n"}, True),
}
# With one of these, every file may matter.
BEYOND = {
    "a migration imports the app": {MIGRATION: "from django.db import migrations\nfrom posts import models\n"},
    "the second of two": {MIGRATION: "import os, posts.models\n"},
    "in brackets": {MIGRATION: "from posts import (\n    models,\n)\n"},
    "all of it": {MIGRATION: "from posts.models import *\n"},
    "over two lines": {MIGRATION: "from posts.models \\\n    import Post\n"},
    "from above": {MIGRATION: "from ..models import Post\n"},
    "by what it imports": {
        MIGRATION: "import posts.fields\n",
        "src/apps/posts/fields.py": "from posts.models import Post\n",
    },
    "by what that has beside it": {
        MIGRATION: "import posts.fields\n",
        "src/apps/posts/fields.py": "from .models import Post\n",
    },
    "settings import the app": {"src/config/settings/base.py": "from posts.models import NAMES\n"},
    "in a function": {MIGRATION: "def forwards(apps, editor):\n    from posts.models import Post\n"},
    "by its name": {MIGRATION: "import importlib\nP = importlib.import_module('po' 'sts.models')\n"},
    "a router": {"src/config/settings/base.py": "DATABASE_ROUTERS = ['posts.services.Router']\n"},
    "a signal": {"src/apps/posts/services.py": "from django.db.models.signals import post_migrate\n"},
}

IMPORTS_FIELDS = {MIGRATION: "import django.posts\nimport posts.fields\n", "src/apps/posts/fields.py": "import re\n"}


def key(folder: Path, edits: dict[str, str]) -> str:
    files = PROJECT | edits
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return tables_key(folder, sorted(files), COURSE, "packages")


@pytest.mark.parametrize("name", MATTERS)
def test_what_matters_to_tables(name: str, tmp_path: Path) -> None:
    edits, matters = MATTERS[name]
    assert (key(tmp_path / "a", {}) != key(tmp_path / "b", edits)) is matters


@pytest.mark.parametrize("name", BEYOND)
def test_where_the_text_does_not_tell_everything_matters(name: str, tmp_path: Path) -> None:
    assert key(tmp_path / "a", BEYOND[name]) != key(tmp_path / "b", BEYOND[name] | MODELS)
    assert key(tmp_path / "c", BEYOND[name]) == key(tmp_path / "a", BEYOND[name])


def test_what_a_migration_imports_matters_and_no_more(tmp_path: Path) -> None:
    before = key(tmp_path / "a", IMPORTS_FIELDS)
    assert key(tmp_path / "b", IMPORTS_FIELDS | MODELS) == before
    assert key(tmp_path / "c", IMPORTS_FIELDS | {"src/apps/posts/fields.py": "import os\n"}) != before


def test_a_line_of_blanks_is_read_in_no_time(tmp_path: Path) -> None:
    """A search that tried every blank against every other would not come to an end."""
    assert key(tmp_path, {MIGRATION: f"from posts import {' ' * 500_000}!\n"})


def test_other_packages_make_other_tables(tmp_path: Path) -> None:
    key(tmp_path, {})
    assert tables_key(tmp_path, list(PROJECT), COURSE, "a") != tables_key(tmp_path, list(PROJECT), COURSE, "b")


@pytest.mark.parametrize("number", [1, 2, 3, 4])  # in 05 a signal of migrating is received
def test_a_solution_whose_models_are_edited_has_the_tables_that_it_had(number: int, tmp_path: Path) -> None:
    """Or each save of its models would wait for all migrations: an app `core` once stood for `django.core`."""
    project = build_solution(load_course(ROOT), number, tmp_path / "project")
    files = sorted(path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file())
    before = tables_key(project, files, COURSE, "packages")
    for models in project.rglob("models.py"):
        models.write_text(models.read_text("utf-8") + "\n\nMORE = 1\n", "utf-8")
    assert tables_key(project, files, COURSE, "packages") == before
