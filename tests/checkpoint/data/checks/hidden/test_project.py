import pytest
from grader.checkpoint import Raised, check


@check("project.manage")
def test_manage(manage):
    """Commands run."""
    assert manage("check").ok
    ran = manage("makemigrations", "--check", "--dry-run")
    assert ran.code == 0
    assert "No changes detected" in ran.out


@check("project.fresh")
def test_fresh(manage):
    """Commands run in a fresh process."""
    assert manage("check", env={}).code == 0
    refused = manage("check", settings="config.settings.production", env={})
    assert refused.code != 0 or "ImproperlyConfigured" in refused.out


@check("project.load")
def test_load(load):
    """Production needs its key."""
    assert load("config.settings.testing").DEBUG is False
    loaded = load("config.settings.production", env={"SECRET_KEY": "k", "ALLOWED_HOSTS": "a,b"})
    assert loaded.ALLOWED_HOSTS == ["a", "b"]
    assert loaded.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    with pytest.raises(Raised) as caught:
        load("config.settings.production")
    assert caught.value.is_a("ImproperlyConfigured")


@check("project.environ")
def test_environ(load):
    """The variables are those that the code reads."""
    reads = load.environ("config.settings.production", env={"SECRET_KEY": "k"})
    assert {read.name for read in reads} == {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"}
    assert {read.path for read in reads} == {"src/config/settings/testing.py", "src/config/settings/production.py"}


@check("project.describe")
def test_describe(app):
    """The models describe themselves."""
    tag, post = sorted(app.describe(), key=lambda model: model.label, reverse=True)
    assert tag.label == "posts.Tag"
    assert post.field("status").choices == ["draft", "published"]
    assert post.field("author").on_delete == "PROTECT"
    assert post.field("author").related_name == "posts"
    assert post.field("created_at").auto_now_add is True
    assert [c.name for c in post.constraints] == ["posts_status"]
    assert [i.fields for i in post.indexes] == [["status", "created_at"]]


@check("project.files")
def test_files(files):
    """Files are data."""
    assert files.exists("manage.py")
    assert files.glob("src/apps/posts/mod*.py") == ["src/apps/posts/models.py"]


@check("fails.file")
def test_no_file(files):
    """There is a pyproject.toml."""
    files.text("pyproject.toml")
