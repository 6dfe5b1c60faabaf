"""Task 2, settings: the plain cases."""

from grader.checkpoint import check, raises


@check("env.layers")
def test_the_layer_of_manage_py(manage, production):
    """`manage.py` works in the development layer."""
    assert "'config.settings.development'" in manage("diffsettings", "--all", env=production).out


def shown(serve, keys, layer):
    """What a server shows of its layer: a page over HTTP and HTTPS, and an address that is not there."""
    server = serve(env=keys | {"DJANGO_SETTINGS_MODULE": layer})
    server.request("GET", "/live", within_s=30)
    host, answers = {"Host": "example.org"}, []
    for path in ("/admin/login/", "/nowhere/"):
        for more in ({}, {"X-Forwarded-Proto": "https"}):
            answer = server.get(path, headers=host | more)
            debug = "DEBUG = True" in answer.text
            answers.append((answer.status_code, answer.header("Strict-Transport-Security"), debug))
    return answers


@check("env.layers", seconds=60)
def test_the_layer_of_the_server(serve, production):
    """`config.wsgi` takes the production layer: it serves the same with and without its name."""
    keys = {name: production[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS")}
    without = shown(serve, keys, None)
    assert without == shown(serve, keys, "config.settings.production")


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
def test_debug_in_production(is_debug, production):
    """`DEBUG=true` does not switch debug on in production."""
    assert is_debug("production", production | {"DEBUG": "true"}) == "DEBUG = False"


@check("env.dotenv")
def test_the_environment_wins(load, production):
    """A variable that is set wins over the same one in `.env`."""
    env, files = production | {"ALLOWED_HOSTS": "set"}, {".env": "ALLOWED_HOSTS=file\n"}
    without = list(load("config.settings.development", env=env).ALLOWED_HOSTS)
    assert list(load("config.settings.development", env=env, files=files).ALLOWED_HOSTS) == without


@check("env.example")
def test_the_example_names_the_services(files):
    """`.env.example` has lines for `DATABASE_URL` and `REDIS_URL`."""
    names = {line.lstrip("# ").partition("=")[0] for line in files.text(".env.example").splitlines() if "=" in line}
    assert {"DATABASE_URL", "REDIS_URL"} <= names
