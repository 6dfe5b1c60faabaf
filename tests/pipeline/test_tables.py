"""What tables rest on: what cannot change them leaves the key alone, and whatever may change them does not."""

from pathlib import Path

import pytest

from grader.domain.layout import COURSE
from grader.pipeline.tables import tables_key

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
    "over two lines": {MIGRATION: "from posts.models \\\n    import Post\n"},
    "from above": {MIGRATION: "from ..models import Post\n"},
    "in a function": {MIGRATION: "def forwards(apps, editor):\n    from posts.models import Post\n"},
    "by its name": {MIGRATION: "import importlib\nP = importlib.import_module('po' 'sts.models')\n"},
    "settings import the app": {"src/config/settings/base.py": "from posts.services import NAMES\n"},
    "a router": {"src/config/settings/base.py": "DATABASE_ROUTERS = ['posts.services.Router']\n"},
    "a signal": {"src/apps/posts/services.py": "from django.db.models.signals import post_migrate\n"},
}


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


def test_other_packages_make_other_tables(tmp_path: Path) -> None:
    key(tmp_path, {})
    assert tables_key(tmp_path, list(PROJECT), COURSE, "a") != tables_key(tmp_path, list(PROJECT), COURSE, "b")
