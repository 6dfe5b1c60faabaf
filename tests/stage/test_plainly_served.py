"""A project whose packages have no driver of PostgreSQL is served on SQLite, whatever its settings say."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.domain.layout import Layout
from grader.environment import read_lock
from grader.environment.install import site_for
from grader.sandbox.api import Kind
from grader.stage.plainly_served import brings_no_server, runs_on_sqlite, server_of
from grader.stage.project import Broken
from grader.stage.serving import new_database, serve
from grader.stage.spec import StageSpec
from grader.stage.stage import Stage
from grader.stage.users import create_users
from tests.environment.conftest import COURSE
from tests.gates.conftest import write

pytestmark = pytest.mark.slow
LAYOUT = Layout(settings="shop.settings", production="shop.settings", application="shop.wsgi:application", sources=())
FILES = {
    "manage.py": "",
    "shop/settings.py": "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nALLOWED_HOSTS = ['*']\n"
    "INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions', 'cart']\n"
    "ROOT_URLCONF = 'shop.urls'\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n"
    "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '/submission/db.sqlite3'}}\n",
    "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    "shop/urls.py": "from django.contrib.auth.models import User\nfrom django.http import HttpResponse\n"
    "from django.urls import path\n"
    "def fill(request):\n"
    "    try:\n        open('/data/more', 'w').write('x')\n"
    "    except OSError as refused:\n        return HttpResponse(type(refused).__name__)\n"
    "    return HttpResponse('written')\n"
    "def who(request):\n"
    "    return HttpResponse(f\"{User.objects.count()} {request.META['REMOTE_ADDR']}\", content_type='text/plain')\n"
    "urlpatterns = [path('', who), path('fill', fill)]\n",
    "cart/__init__.py": "",
}


def packages(state_dir: Path, *names: str) -> Path:
    """An environment with these of the course's packages."""
    entries = read_lock(COURSE).requirements.replace(" \\\n", " ").splitlines()
    text = "\n".join(line for line in entries if line.partition("==")[0] in names)
    return site_for(text + "\n", cache=state_dir / "environments", what="Django", progress=lambda step: None)


@pytest.fixture(scope="module")
def django_alone(state_dir: Path) -> Path:
    """Packages with Django and nothing else that it does not need."""
    return packages(state_dir, "django", "asgiref", "sqlparse")


def stage_of(root: Path, deps: Path, state_dir: Path, kind: Kind = "bubblewrap") -> Stage:
    write(root, FILES)
    folder = root.parent / "room"
    folder.mkdir()
    folder.chmod(0o711)
    for path in (root.parent, *root.parent.parents):
        if path.owner() and path.name.startswith(("pytest", "test_")):
            path.chmod(0o755)
    return Stage(
        StageSpec(
            submission=root,
            deps=deps,
            sandbox=kind,
            database="postgres",
            mode="fork",
            state_dir=state_dir,
            folder=folder,
            layout=LAYOUT,
        )
    )


@pytest.mark.parametrize("kind", ["bubblewrap", "process"])
def test_it_is_migrated_inhabited_and_served(kind: Kind, django_alone: Path, state_dir: Path, tmp_path: Path) -> None:
    stage = stage_of(tmp_path / "project", django_alone, state_dir, kind)
    assert runs_on_sqlite(stage.spec)
    with ExitStack() as stack:
        stack.callback(stage.close)
        database = new_database(stage, stack)
        server = serve(stage, stack, database=database, env={"SECRET_KEY": "k" * 50})
        assert server.get("/", timeout_s=60).text == "0 127.0.0.1"
        users = create_users(stage, database, ("user", "admin"), env={"SECRET_KEY": "k" * 50})
        assert server.request("GET", "/", client="127.0.0.9").text == "2 127.0.0.9"
        assert server.get("/fill").text == ("FileNotFoundError" if kind == "process" else "OSError")
        assert all(user.session for user in users.values())
        assert "server" not in server.get("/").headers
    assert not list(stage.spec.folder.iterdir())


def test_migrations_that_fail_are_said(django_alone: Path, state_dir: Path, tmp_path: Path) -> None:
    stage = stage_of(tmp_path / "project", django_alone, state_dir)
    write(
        tmp_path / "project",
        {
            "cart/migrations/__init__.py": "",
            "cart/migrations/0001_initial.py": "from django.db import migrations\n"
            "class Migration(migrations.Migration):\n    operations = [migrations.RunSQL('nonsense')]\n",
        },
    )
    with ExitStack() as stack:
        stack.callback(stage.close)
        with pytest.raises(Broken, match="ran its migrations on SQLite") as broken:
            new_database(stage, stack)
        assert "syntax error" in str(broken.value.cause)


def test_without_a_server_of_its_own_it_is_served_on_postgresql(state_dir: Path, tmp_path: Path) -> None:
    """What comes from the settings is another database, so that an answer shows which one was asked."""
    deps = packages(state_dir, "django", "asgiref", "sqlparse", "psycopg", "psycopg-binary", "typing-extensions")
    stage = stage_of(tmp_path / "project", deps, state_dir)
    write(
        tmp_path / "project",
        {
            "shop/settings.py": FILES["shop/settings.py"].partition("DATABASES")[0]
            + "from urllib.parse import urlsplit\nurl = urlsplit(os.environ['DATABASE_URL'])\n"
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': url.path[1:],\n"
            "    'USER': url.username, 'PASSWORD': url.password, 'HOST': url.hostname, 'PORT': url.port}}\n"
        },
    )
    assert brings_no_server(stage.spec)
    assert not runs_on_sqlite(stage.spec)
    with ExitStack() as stack:
        stack.callback(stage.close)
        server = serve(stage, stack)
        assert server.get("/", timeout_s=60).text == "0 127.0.0.1"


def test_with_a_driver_and_a_server_neither_is_replaced(state_dir: Path, tmp_path: Path) -> None:
    """The control."""
    for name in ("psycopg", "gunicorn"):
        (tmp_path / "deps" / name).mkdir(parents=True)
    spec = stage_of(tmp_path / "project", tmp_path / "deps", state_dir).spec
    assert not runs_on_sqlite(spec)
    assert server_of(spec) is None
