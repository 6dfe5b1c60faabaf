"""Task 2, settings: the plain cases."""

from grader.checkpoint import check, raises


@check("env.layers")
def test_the_layer_of_manage_py(manage):
    """`manage.py` works in the development layer."""
    assert "'config.settings.development'" in manage("diffsettings", "--all", env={}).out


@check("env.layers")
def test_the_layer_of_the_server(serve, production):
    """`config.wsgi` takes the production layer: over plain HTTP the admin redirects to HTTPS."""
    keys = {name: production[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS")}
    server = serve(env=keys | {"DJANGO_SETTINGS_MODULE": None})
    server.request("GET", "/live", within_s=30)
    answer = server.get("/admin/login/", headers={"Host": "example.org"})
    assert answer.status_code in (301, 302, 307, 308)


@check("env.variables")
def test_redis_is_the_cache(load, production):
    """With `REDIS_URL` the cache is Redis, without it the memory of the process."""
    assert "redis" in load("config.settings.production", env=production).CACHES["default"]["BACKEND"].lower()
    assert "locmem" in load("config.settings.development", env={}).CACHES["default"]["BACKEND"]


@check("env.production-requires")
def test_production_without_a_secret_key(load, production):
    """Production refuses to load without `SECRET_KEY`; with all that is required it loads."""
    load("config.settings.production", env=production)
    del production["SECRET_KEY"]
    with raises("ImproperlyConfigured"):
        load("config.settings.production", env=production)


@check("env.debug-off")
def test_debug_in_production(load, production):
    """`DEBUG=true` does not switch debug on in production."""
    assert load("config.settings.production", env=production | {"DEBUG": "true"}).DEBUG is False


@check("env.dotenv")
def test_the_environment_wins(load):
    """A variable that is set wins over the same one in `.env`."""
    settings = load("config.settings.development", env={"ALLOWED_HOSTS": "set"}, files={".env": "ALLOWED_HOSTS=file\n"})
    assert list(settings.ALLOWED_HOSTS) == ["set"]


@check("env.example")
def test_the_example_names_the_services(files):
    """`.env.example` has lines for `DATABASE_URL` and `REDIS_URL`."""
    names = {line.lstrip("# ").partition("=")[0] for line in files.text(".env.example").splitlines() if "=" in line}
    assert {"DATABASE_URL", "REDIS_URL"} <= names
