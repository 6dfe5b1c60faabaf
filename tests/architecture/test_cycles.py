"""Modular apps: which imports count, and what a cycle looks like."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.architecture.metrics import CYCLES
from grader.domain.layout import Layout
from grader.domain.status import Status
from tests.architecture.trees import LAYOUT, measured, places

USER = "from accounts.models import User\n"
POST = "from posts.models import Post\n"
MODEL = "from django.conf import settings\nfrom django.db import models\nclass M(models.Model):\n    a = models.{}\n"
# Each with what the two apps say: of posts, and of accounts.
CYCLIC = {
    "imports of modules": {"posts/services.py": USER, "accounts/services.py": POST},
    "an import inside of a function": {"posts/services.py": USER, "accounts/services.py": f"def f():\n    {POST}"},
    "an import that may fail": {
        "posts/services.py": USER,
        "accounts/services.py": f"try:\n    {POST}except ImportError:\n    Post = None\n",
    },
    "an import where no checker of types looks": {
        "posts/services.py": USER,
        "accounts/x.py": f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    {POST}",
    },
    "relative imports": {"posts/services.py": "from ..accounts import models\n", "accounts/x.py": POST},
    "a model that is looked up": {
        "posts/services.py": USER,
        "accounts/services.py": 'from django.apps import apps\nPost = apps.get_model("posts", "Post")\n',
    },
    "a model that is looked up by one name": {
        "posts/services.py": USER,
        "accounts/services.py": 'from django.apps import apps\nPost = apps.get_model("posts.Post")\n',
    },
    "relations by name": {
        "posts/models.py": MODEL.format("ForeignKey('accounts.User', 1)"),
        "accounts/models.py": MODEL.format("ManyToManyField('posts.Post')"),
    },
    "a module by its name": {
        "posts/services.py": USER,
        "accounts/apps.py": 'from importlib import import_module\nimport_module("posts.models")\n',
    },
    "names of another script": {"posts/services.py": USER, "accounts/größe.py": POST},
    "through a package that passes names on": {
        "posts/services.py": "from accounts import User\n",
        "accounts/__init__.py": "from accounts.models import User\n",
        "accounts/x.py": "import posts.models as p\n",
    },
}
FREE = {
    "one way": {"posts/services.py": USER},
    "for types alone": {
        "posts/services.py": USER,
        "accounts/x.py": f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {POST}",
    },
    "for types alone, by an attribute": {
        "posts/services.py": USER,
        "accounts/x.py": f"import typing\nif typing.TYPE_CHECKING:\n    {POST}",
    },
    "a migration": {"posts/services.py": USER, "accounts/migrations/0001_initial.py": POST},
    "a test": {"posts/services.py": USER, "accounts/tests.py": POST, "accounts/tests/test_x.py": POST},
    "tests elsewhere": {"posts/services.py": USER, "checks/test_all.py": POST, "posts/conftest.py": USER},
    "where URLs are put together": {
        "accounts/urls.py": f"{POST}urlpatterns = []\n",
        "posts/services.py": USER,
    },
    "a command": {"posts/services.py": USER, "accounts/management/commands/fill.py": POST},
    "the settings": {"config/settings.py": POST, "posts/services.py": "from config.settings import DEBUG\n"},
    "a setting in the place of a name": {
        "posts/services.py": USER,
        "accounts/models.py": MODEL.format("ForeignKey(settings.AUTH_USER_MODEL, 1)"),
    },
    "a signal": {
        "posts/signals.py": "from django.dispatch import Signal\npublished = Signal()\n",
        "accounts/receivers.py": "from posts.signals import published\n",
    },
    "another package of the same name": {"posts/services.py": USER, "accounts/x.py": "import django.posts.models\n"},
}


@pytest.mark.parametrize("files", CYCLIC.values(), ids=CYCLIC)
def test_a_cycle_is_shown_as_its_imports(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, CYCLES, files)
    assert (found.status, found.value, found.unit) == (Status.PASSED, 1, "cycles")
    (finding,) = found.findings
    assert "accounts → posts → accounts" in finding.message
    assert "Expected: of two apps, at most one knows the other." in finding.message
    paths = [line.split(":")[0] for line in finding.detail.splitlines()]
    assert [path.split("/")[0] for path in paths] == ["accounts", "posts"]
    assert set(paths) <= set(files)
    assert "https://" in finding.remedy


@pytest.mark.parametrize("files", FREE.values(), ids=FREE)
def test_what_makes_no_cycle(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, CYCLES, files)
    assert (found.status, found.value, places(found)) == (Status.PASSED, 0, [])


def test_the_line_of_each_import_is_told(tmp_path: Path) -> None:
    files = {"posts/services.py": f"\n\n# why\nimport os\n{USER}", "accounts/services.py": f"import os\n\n{POST}"}
    (finding,) = measured(tmp_path, CYCLES, files).findings
    assert finding.detail.splitlines() == [
        "accounts/services.py:3: accounts imports posts.models.Post",
        "posts/services.py:5: posts imports accounts.models.User",
    ]
    assert str(finding.where) == "accounts/services.py:3"


def test_a_cycle_of_three_and_each_shorter_one(tmp_path: Path) -> None:
    files = {
        "posts/a.py": "import accounts.models\n",
        "accounts/a.py": "import shop.models\n",
        "shop/models.py": "import posts.models\n",
        "shop/b.py": "import accounts.models\n",
    }
    said = [finding.message for finding in measured(tmp_path, CYCLES, files).findings]
    assert len(said) == 2
    assert "accounts → shop → accounts" in said[0]
    assert "accounts → shop → posts → accounts" in said[1]


def test_one_app_shows_nothing(tmp_path: Path) -> None:
    found = measured(tmp_path, CYCLES, {}, replace(LAYOUT, tests=("accounts",)))
    assert (found.status, found.value) == (Status.NOT_APPLICABLE, None)
    assert "only one app" in found.reason


@pytest.mark.parametrize(
    ("layout", "prefix", "package"),
    [
        (Layout(), "src/apps/", ""),
        (Layout(settings="shop.settings", application="shop.wsgi:application", sources=()), "shop/", "shop."),
        (Layout(settings="backend.settings", sources=("server",)), "server/apps/", "apps."),
        (Layout(settings="nowhere", sources=()), "apps/", "apps."),
    ],
)
def test_apps_are_found_in_other_layouts(layout: Layout, prefix: str, package: str, tmp_path: Path) -> None:
    files = {
        "shop/settings.py": "",
        "shop/wsgi.py": "",
        f"{prefix}orders/models.py": "",
        f"{prefix}orders/api/views.py": f"from {package}catalog.models import Item\n",
        f"{prefix}catalog/models.py": "",
        f"{prefix}catalog/services.py": f"from {package}orders import models\n",
    }
    found = measured(tmp_path, CYCLES, files, layout)
    assert (found.status, found.value) == (Status.PASSED, 1), found.reason
    assert "catalog → orders → catalog" in found.findings[0].message


def test_hundreds_of_apps_in_a_ring_are_one_cycle(tmp_path: Path) -> None:
    files = {f"app{n}/models.py": f"import app{(n + 1) % 500}.models\n" for n in range(500)}
    found = measured(tmp_path, CYCLES, files)
    assert found.value == 1
    assert "and 480 more" in found.findings[0].detail
