"""Small Django projects, written for one test each."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

from grader.architecture.measure import measure
from grader.domain.evidence import Measurement
from grader.domain.layout import Layout

Measured = Callable[..., Measurement]
LAYOUT = Layout(
    settings="config.settings", production="config.settings", application="config.wsgi:application", sources=()
)
# The project that a case adds its files to, or writes over.
BASE = {
    "manage.py": "import django\n",
    "config/__init__.py": "",
    "config/settings.py": "INSTALLED_APPS = ['posts', 'accounts']\n",
    "config/wsgi.py": "application = None\n",
    "config/urls.py": "from django.urls import path\nurlpatterns = []\n",
    "posts/__init__.py": "",
    "posts/models.py": "from django.db import models\n\n\nclass Post(models.Model):\n    title = models.TextField()\n",
    "posts/services.py": """
        from posts.models import Post

        def create_post(*, title):
            return Post.objects.create(title=title)
        """,
    "posts/views.py": """
        from django.views.generic import ListView
        from posts.models import Post

        class PostList(ListView):
            model = Post
        """,
    "accounts/__init__.py": "",
    "accounts/models.py": "from django.db import models\n\n\nclass User(models.Model):\n    x = models.TextField()\n",
}


def write(root: Path, files: Mapping[str, str | bytes]) -> tuple[str, ...]:
    """Write these files; their paths."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else _plain(text).encode()
        (root / path).write_bytes(data)
    return tuple(files)


def _plain(text: str) -> str:
    """The text as it stands, or without the indentation that it has in the test."""
    return dedent(text).removeprefix("\n") if text.startswith("\n    ") else text


def measured(root: Path, metric: str, files: Mapping[str, str | bytes], layout: Layout = LAYOUT) -> Measurement:
    """What a metric says of the basic project with these files."""
    whole = {**BASE, **files}
    (found,) = measure(root, write(root, whole), layout, [metric])
    return found


def places(found: Measurement) -> list[str]:
    """The places of what was found, in order."""
    return [str(finding.where) for finding in found.findings]
