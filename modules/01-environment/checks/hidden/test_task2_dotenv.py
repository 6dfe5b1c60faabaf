"""Task 2, settings: `.env` and `.env.example`."""

import re

import pytest

from grader.checkpoint import check, expect_that


@check("env.dotenv")
def test_the_file_supplies(load, rng):
    """`.env` supplies what is not set."""
    hosts = [rng.word(), rng.word()]
    settings = load(
        "config.settings.development", env={}, files={".env": f"ALLOWED_HOSTS={','.join(hosts)}\nDEBUG=false\n"}
    )
    assert (list(settings.ALLOWED_HOSTS), settings.DEBUG) == (hosts, False)


@check("env.dotenv")
@pytest.mark.parametrize("layer", ["development", "production"])
def test_the_file_overrides_nothing(load, production, rng, layer):
    """`.env` does not override what is set."""
    host = rng.word()
    text = "ALLOWED_HOSTS=file.example\nSECRET_KEY=of-the-file\nDATABASE_URL=sqlite:///of-the-file\n"
    settings = load(f"config.settings.{layer}", env=production | {"ALLOWED_HOSTS": host}, files={".env": text})
    allowed = list(settings.ALLOWED_HOSTS)
    expect_that(host in allowed and "file.example" not in allowed, expected=f"{host} alone", observed=allowed)
    key = settings.SECRET_KEY
    assert key == production["SECRET_KEY"]
    assert settings.DATABASES["default"]["NAME"] == "nothing"


@check("env.dotenv")
def test_what_is_empty_is_set(load, production):
    """An empty `REDIS_URL` is set: `.env` does not fill it."""
    env = production | {"REDIS_URL": ""}
    settings = load("config.settings.development", env=env, files={".env": "REDIS_URL=redis://127.0.0.1:6380/3\n"})
    assert "locmem" in settings.CACHES["default"]["BACKEND"]


FROM_FILE = """
SECRET_KEY={key}
ALLOWED_HOSTS=one.example,two.example
DATABASE_URL=postgres://ada:secret@db.example:5433/{name}
REDIS_URL=redis://cache.example:6380/3
SECURE_SSL_REDIRECT=false
SECURE_HSTS_SECONDS=7200
CSRF_TRUSTED_ORIGINS=https://one.example
"""


@check("env.dotenv")
@pytest.mark.parametrize("layer", ["development", "production"])
def test_the_file_supplies_everything(load, production, rng, layer):
    """`.env` supplies every variable that is not set, in production as in development."""
    name = rng.word()
    text = FROM_FILE.format(key=production["SECRET_KEY"], name=name)
    settings = load(f"config.settings.{layer}", env={}, files={".env": text})
    key, allowed = settings.SECRET_KEY, set(settings.ALLOWED_HOSTS)
    assert key == production["SECRET_KEY"]
    expect_that({"one.example", "two.example"} <= allowed, expected="both hosts of the file", observed=sorted(allowed))
    assert (settings.DATABASES["default"]["NAME"], settings.DATABASES["default"]["HOST"]) == (name, "db.example")
    assert "cache.example:6380" in str(settings.CACHES["default"]["LOCATION"])
    assert list(settings.CSRF_TRUSTED_ORIGINS) == ["https://one.example"]
    if layer == "production":
        assert (settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS) == (False, 7200)


@check("env.dotenv")
def test_the_file_of_the_testing_layer(load, rng):
    """The testing layer takes the key that is not set from `.env` as well."""
    key = "".join(rng.choices("abcdefghijkmnpqrstuvwxyz23456789", k=50))
    settings = load("config.settings.testing", env={}, files={".env": f"SECRET_KEY={key}\nSTRAY=one\n"})
    found = settings.SECRET_KEY
    assert found == key


LISTED = re.compile(r"^\s*(?:#\s*)?(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$")
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PATH", "HOME", "PYTHONPATH", "TMPDIR", "TMP", "TEMP", "USER", "HOSTNAME", "LANG"}


def listed(files):
    """The variables of .env.example with their values, in order."""
    found = (LISTED.match(line) for line in files.text(".env.example").splitlines())
    return [(match[1], match[2].strip()) for match in found if match]


@check("env.example")
@pytest.mark.parametrize("layer", ["development", "production", "testing"])
def test_every_variable_is_listed(load, files, production, layer):
    """Every variable that the project's own code reads is in `.env.example`."""
    names = {name for name, _ in listed(files)}
    read = [
        one for one in load.environ(f"config.settings.{layer}", env=production) if one.path and one.name not in NOT_OURS
    ]
    assert read, "the settings read no variable at all"
    missing = next((one for one in read if one.name not in names), None)
    expect_that(
        missing is None,
        expected="a line for every variable",
        observed=missing and f"{missing.name}, read at {missing.path}:{missing.line}, has none",
    )


READ = re.compile(
    r"""(?:(?<![\w.])os\.)?\benviron(?:\.get\(|\[)\s*["']([A-Z][A-Z0-9_]*)["']\]?(?!\s*=[^=])"""
    r"""|\bgetenv\(\s*["']([A-Z][A-Z0-9_]*)["']"""
)


@check("env.example")
def test_variables_read_elsewhere(files):
    """What the Python beside the settings reads (gunicorn.conf.py, scripts, commands) is listed too."""
    names = {name for name, _ in listed(files)} | NOT_OURS
    for path in files.glob("**/*.py"):
        if "tests" in path.split("/") or path.rpartition("/")[2].startswith(("test_", "conftest")):
            continue
        code = re.sub(r"(?m)^\s*#.*$", "", files.text(path))
        for match in READ.finditer(code):
            name = match[1] or match[2]
            expect_that(
                name in names, expected="a line for every variable", observed=f"{name}, read in {path}, has none"
            )


@check("env.example")
def test_every_variable_once(files):
    """`.env.example` lists each variable once."""
    names = [name for name, _ in listed(files)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@check("env.example")
@pytest.mark.parametrize("layer", ["development", "testing"])
def test_no_key_that_is_in_use(load, files, layer):
    """What `.env.example` gives for `SECRET_KEY` is not a key that the settings fall back to."""
    key = load(f"config.settings.{layer}", env={}).SECRET_KEY
    assert key not in [value.strip("\"'") for name, value in listed(files) if name == "SECRET_KEY"]
