"""Task 2, settings: layers and variables."""

from urllib.parse import quote

import pytest

from grader.checkpoint import Failed, check, expect_that, fail, raises

REQUIRED = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL")
LAYER = """
import os
os.environ.pop("DJANGO_SETTINGS_MODULE", None)
os.environ.update({more!r})
import django.conf
django.conf.settings._wrapped = django.conf.empty
import config.{entry}
print({marker!r}, django.conf.settings.SETTINGS_MODULE)
"""
IN_TESTS = """
def test_layer():
    from django.conf import settings

    assert settings.SETTINGS_MODULE == "config.settings.testing"
"""
# What else may be set where a rule is looked at: no rule of a layer depends on another variable.
BESIDE = (
    {"SECURE_SSL_REDIRECT": "false"},
    {"SECURE_SSL_REDIRECT": "true", "SECURE_HSTS_SECONDS": "0"},
    {"CSRF_TRUSTED_ORIGINS": "https://example.org"},
    {"ALLOWED_HOSTS": "localhost"},
    {"DATABASE_URL": "sqlite:////tmp/beside.sqlite3", "ALLOWED_HOSTS": "localhost", "SECURE_SSL_REDIRECT": "false"},
)


@check("env.layers")
@pytest.mark.parametrize("layer", ["development", "production", "testing"])
def test_each_layer_loads(load, production, layer):
    """The layers development, production and testing load, with apps that are called what they are imported as."""
    settings = load(f"config.settings.{layer}", env=production)
    assert settings.ROOT_URLCONF
    assert [app for app in settings.INSTALLED_APPS if app.startswith(("apps.", "src."))] == []


@check("env.layers")
def test_there_is_a_base(files):
    """There is a layer `config.settings.base`."""
    expect_that(
        files.exists("src/config/settings/base.py") or files.exists("src/config/settings/base/__init__.py"),
        expected="src/config/settings/base.py",
        observed="there is none",
    )


@check("env.layers")
@pytest.mark.parametrize("layer", ["production", "testing"])
def test_manage_py_can_be_told(manage, production, layer):
    """`DJANGO_SETTINGS_MODULE` overrides the layer of `manage.py`."""
    ran = manage("diffsettings", "--all", env=production | {"DJANGO_SETTINGS_MODULE": f"config.settings.{layer}"})
    assert f"'config.settings.{layer}'" in ran.out


@check("env.layers")
@pytest.mark.parametrize("entry", ["wsgi", "asgi"])
@pytest.mark.parametrize("told", [None, "production", "testing", "development"])
def test_entry_points(manage, production, rng, entry, told):
    """`config.wsgi` and `config.asgi` take production, or the layer that `DJANGO_SETTINGS_MODULE` names."""
    more = {"DJANGO_SETTINGS_MODULE": f"config.settings.{told}"} if told else {}
    marker = rng.word()
    code = LAYER.format(entry=entry, more=more, marker=marker)
    ran = manage("shell", "--no-imports", "-c", code, env=production)
    taken = f"config.settings.{told or 'production'}"
    assert [line for line in ran.out.splitlines() if marker in line] == [f"{marker} {taken}"]


@check("env.layers", seconds=120)
def test_pytest_takes_testing(tools):
    """pytest takes the testing layer."""
    ran = tools.poetry("run", "pytest", "test_layer_in_use.py", edits={"test_layer_in_use.py": IN_TESTS})
    expect_that(ran.ok, expected="tests run in config.settings.testing", observed="they run in another layer")


@check("env.variables")
@pytest.mark.parametrize("layer", ["development", "testing"])
def test_defaults(load, layer):
    """Development and testing load without any variable: SQLite, a local cache, a key."""
    settings = load(f"config.settings.{layer}", env={})
    assert settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    assert "locmem" in settings.CACHES["default"]["BACKEND"]
    assert settings.SECRET_KEY, "there is no key"


@check("env.variables")
def test_defaults_of_development(load):
    """In development debug is on, the database is a file, the hosts are one's own, and no origin is trusted."""
    settings = load("config.settings.development", env={})
    expect_that(settings.DEBUG is True, expected="DEBUG = True", observed=f"DEBUG = {settings.DEBUG}")
    assert sorted(settings.ALLOWED_HOSTS) == ["127.0.0.1", "localhost"]
    assert list(settings.CSRF_TRUSTED_ORIGINS) == []
    name = str(settings.DATABASES["default"]["NAME"])
    expect_that(name and "memory" not in name, expected="a SQLite file", observed=name or "no name")


@check("env.variables")
@pytest.mark.parametrize(("word", "on"), [("true", True), ("false", False)])
def test_debug_of_development(is_debug, word, on):
    """In development `DEBUG` says `true` or `false`."""
    assert is_debug("development", {"DEBUG": word}) == f"DEBUG = {on}"


@check("env.variables")
@pytest.mark.parametrize("layer", ["development", "testing", "production"])
def test_the_key(load, production, layer):
    """`SECRET_KEY` is the key of every layer."""
    key = load(f"config.settings.{layer}", env=production).SECRET_KEY
    assert key == production["SECRET_KEY"]


@check("env.variables")
@pytest.mark.parametrize("layer", ["development", "production"])
def test_addresses(load, production, rng, layer):
    """`DATABASE_URL` and `REDIS_URL` say where database and cache are."""
    word, number = rng.word(), rng.randrange(1, 15)
    password = f"{word}@:/?#[%41+é {word}Z"  # what a URL has to escape, and what looks like an escape itself
    user, name = f"{word}@A.example", f"{word} B-é"
    escaped = [quote(part, safe="") for part in (user, password, name)]
    given = {
        "DATABASE_URL": "postgres://{}:{}@db.example:5433/{}".format(*escaped),
        "REDIS_URL": f"redis://cache.example:6380/{number}",
    }
    settings = load(f"config.settings.{layer}", env=production | given)
    database, cache = settings.DATABASES["default"], settings.CACHES["default"]
    assert "postgresql" in database["ENGINE"]
    parts = [str(database[key]) for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")]
    assert parts == [name, user, password, "db.example", "5433"]
    assert "redis" in cache["BACKEND"].lower()
    assert f"cache.example:6380/{number}" in str(cache["LOCATION"])


@check("env.variables")
@pytest.mark.parametrize("layer", ["development", "production"])
def test_an_absolute_path(load, production, rng, layer):
    """`sqlite:///` and an absolute path, four strokes in all, is that file."""
    path = f"/tmp/{rng.word()}.sqlite3"
    database = load(f"config.settings.{layer}", env=production | {"DATABASE_URL": f"sqlite:///{path}"}).DATABASES[
        "default"
    ]
    assert database["ENGINE"].endswith("sqlite3")
    assert str(database["NAME"]) == path


@check("env.variables")
@pytest.mark.parametrize("layer", ["development", "testing"])
def test_an_empty_redis_url(load, production, layer):
    """An empty `REDIS_URL` means the local cache in development and testing."""
    settings = load(f"config.settings.{layer}", env=production | {"REDIS_URL": ""})
    assert "locmem" in settings.CACHES["default"]["BACKEND"]


@check("env.variables")
@pytest.mark.parametrize("layer", ["development", "production"])
def test_lists(load, production, rng, layer):
    """`ALLOWED_HOSTS` and `CSRF_TRUSTED_ORIGINS` are lists, separated by commas."""
    hosts = [f"{rng.word()}.example" for _ in range(2)]
    origins = [f"https://{host}" for host in hosts]
    lists = {"ALLOWED_HOSTS": ",".join(hosts), "CSRF_TRUSTED_ORIGINS": ",".join(origins)}
    settings = load(f"config.settings.{layer}", env=production | lists)
    allowed = list(settings.ALLOWED_HOSTS)
    expect_that(set(hosts) <= set(allowed), expected=f"{hosts} among the hosts", observed=allowed)
    if layer == "development":  # what else production allows, env.hosts asks the server
        assert sorted(allowed) == sorted(hosts)
    assert list(settings.CSRF_TRUSTED_ORIGINS) == origins


@check("env.variables")
@pytest.mark.parametrize("layer", ["development", "production"])
def test_no_origin_unasked(load, production, layer):
    """Without `CSRF_TRUSTED_ORIGINS` development and production trust none, whatever else is set."""
    for beside in ({}, *(beside for beside in BESIDE if "CSRF_TRUSTED_ORIGINS" not in beside)):
        assert list(load(f"config.settings.{layer}", env=production | beside).CSRF_TRUSTED_ORIGINS) == []


@check("env.production-requires")
@pytest.mark.parametrize("name", REQUIRED)
def test_what_production_requires(load, production, name):
    """Production refuses to load with ImproperlyConfigured when a required variable is missing or empty."""
    rest = {key: value for key, value in production.items() if key != name}
    without = [rest, rest | {name: ""}, *(rest | beside for beside in BESIDE if name not in beside)]
    for env in (*without, rest | {"DEBUG": "true"}):
        with raises("ImproperlyConfigured"):
            load("config.settings.production", env=env)


@check("env.production-requires", seconds=60)
def test_the_server_does_not_start_without_a_key(serve, production):
    """The server of production answers with its `SECRET_KEY`, and does not start without it."""
    hosts = {"ALLOWED_HOSTS": production["ALLOWED_HOSTS"]}
    server = serve(env=hosts | {"SECRET_KEY": production["SECRET_KEY"]})
    server.request("GET", "/live", headers={"Host": "example.org"}, within_s=30)
    try:
        answer = serve(env=hosts | {"SECRET_KEY": None}).get("/live", headers={"Host": "example.org"})
    except Failed:  # no answer is what is asked for
        return
    fail(expected="a server that does not start", observed=f"it answers {answer.status_code}")


@check("env.debug-off", seconds=60)
def test_no_debug_page_whatever_the_variable_says(serve, production, rng):
    """With `DEBUG` the server of production still shows no debug page."""
    keys = {"SECRET_KEY": production["SECRET_KEY"], "ALLOWED_HOSTS": "example.org"}
    server = serve(env=keys | {"DEBUG": "True", "SECURE_SSL_REDIRECT": "false"})
    server.request("GET", "/live", headers={"Host": "example.org"}, within_s=30)
    for more in ({}, {"X-Forwarded-Proto": "https"}):
        for host in ("example.org", "evil.example"):
            answer = server.get(f"/{rng.word()}/", headers={"Host": host} | more)
            expect_that("DEBUG = True" not in answer.text, expected="a plain answer", observed="a debug page")


@check("env.debug-off", seconds=60)
@pytest.mark.parametrize("layer", ["production", "testing"])
def test_debug_stays_off(is_debug, production, layer):
    """Debug is off in production and testing, whatever `DEBUG` and the other variables say."""
    assert is_debug(layer, production) == "DEBUG = False"
    for beside in ({}, *BESIDE):
        assert is_debug(layer, production | beside | {"DEBUG": "true"}) == "DEBUG = False"
