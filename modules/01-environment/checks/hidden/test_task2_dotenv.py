"""Task 2, settings: `.env` and `.env.example`."""

import re

import pytest

from grader.checkpoint import Raised, check, expect_that

LAYERS = ["development", "production", "testing"]
GIVEN = {
    "SECRET_KEY": "{key}==",
    "ALLOWED_HOSTS": "{word}.example,two.example",
    "DATABASE_URL": "postgres://ada:secret@db.example:5433/{word}",
    "REDIS_URL": "redis://cache.example:6380/3",
    "DEBUG": "false",
    "CSRF_TRUSTED_ORIGINS": "https://{word}.example",
    "SECURE_SSL_REDIRECT": "false",
    "SECURE_HSTS_SECONDS": "7200",
    "JWT_SIGNING_KEY": "of-tokens-{key}",  # production requires it from module 04 on, and nobody reads it before
}
OTHER = {
    "SECRET_KEY": "of-the-other-one-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "ALLOWED_HOSTS": "other.example",
    "DATABASE_URL": "sqlite:////tmp/other.sqlite3",
    "REDIS_URL": "redis://other.example:6381/4",
    "DEBUG": "true",
    "CSRF_TRUSTED_ORIGINS": "https://other.example",
    "SECURE_SSL_REDIRECT": "true",
    "SECURE_HSTS_SECONDS": "3600",
    "JWT_SIGNING_KEY": "of-other-tokens-0123456789-abcdefghijklmnopqrstuvwxyz",
}
PLAIN = ("SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "CSRF_TRUSTED_ORIGINS", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")


@pytest.fixture
def given(production, rng):
    """A value for every variable."""
    words = {"key": production["SECRET_KEY"], "word": rng.word()}
    return {name: value.format(**words) for name, value in GIVEN.items()}


def effect(settings):
    """What each variable came to in settings, as {variable: value}; lists in any order."""
    found = {name: settings.get(name) for name in PLAIN}
    found |= {name: sorted(map(str, value)) for name, value in found.items() if isinstance(value, list | tuple)}
    database, cache = settings.DATABASES["default"], settings.CACHES["default"]
    found["DATABASE_URL"] = [str(database.get(key)) for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")]
    found["REDIS_URL"] = [str(cache.get(key)) for key in ("BACKEND", "LOCATION")]
    return found


def expect_the_same(found, wanted, *, because):
    """The variables came to the same in both. What they come to is not asked: env.variables does that."""
    for name, value in wanted.items():
        expect_that(found[name] == value, expected=f"{name} gives {value}: {because}", observed=found[name])


def as_file(values):
    """The values as `.env`, with comments that have an `=` before and after, and an empty line."""
    lines = [f"{name}={value}" for name, value in values.items()]
    said = [f"# {name}={value}" for name, value in OTHER.items() if name != "SECRET_KEY"]
    return "\n".join(["# One's own machine", *said, "", *lines, "", *said, ""])


@check("env.dotenv")
@pytest.mark.parametrize("layer", LAYERS)
def test_the_file_supplies_everything(load, given, layer):
    """`.env` supplies every variable that is not set, in every layer; a line `# …` supplies nothing."""
    wanted = effect(load(f"config.settings.{layer}", env=given))
    found = effect(load(f"config.settings.{layer}", env={}, files={".env": as_file(given)}))
    expect_the_same(found, wanted, because="it stands in .env and is not set")


@check("env.dotenv")
@pytest.mark.parametrize("layer", LAYERS)
def test_the_file_overrides_nothing(load, given, layer):
    """`.env` does not override what is set, in any layer."""
    wanted = effect(load(f"config.settings.{layer}", env=given))
    text = "".join(f"{name}={value}\n" for name, value in OTHER.items())
    found = effect(load(f"config.settings.{layer}", env=given, files={".env": text}))
    expect_the_same(found, wanted, because="it is set, whatever .env says")


@check("env.dotenv")
@pytest.mark.parametrize("layer", ["development", "production"])
@pytest.mark.parametrize("part", [0, 1])
def test_the_file_supplies_the_rest(load, given, layer, part):
    """Where some variables are set, `.env` supplies the others."""
    wanted = effect(load(f"config.settings.{layer}", env=given))
    env = {name: given[name] for name in list(given)[part::2]}
    text = "".join(f"{name}={value}\n" for name, value in (OTHER | given).items() if name not in env)
    text += "".join(f"{name}={OTHER[name]}\n" for name in env)
    found = effect(load(f"config.settings.{layer}", env=env, files={".env": text}))
    expect_the_same(found, wanted, because="either it is set, or it stands in .env")


@check("env.dotenv")
@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_empty_is_set(load, given, layer):
    """An empty `REDIS_URL` is set: `.env` does not fill it."""
    env, files = given | {"REDIS_URL": ""}, {".env": "REDIS_URL=redis://filled.example:6380/3\n"}
    try:
        cache = load(f"config.settings.{layer}", env=env, files=files).CACHES["default"]
    except Raised:  # nothing was filled in, so the layer refuses
        return
    expect_that("filled.example" not in str(cache), expected="the empty REDIS_URL that is set", observed="that of .env")


# Each layer in a process of its own, in a folder that has a `.env` too. It runs a file, as servers do: libraries that
# look for `.env` take a process without one for a person at a prompt.
ELSEWHERE = """
import importlib
import os
import subprocess
import sys
import tempfile
this = os.path.abspath(__file__)
root, there = os.path.dirname(this), tempfile.mkdtemp()
if len(sys.argv) > 1:
    sys.path[:0] = [root, f"{{root}}/src", f"{{root}}/src/apps"]
    print({marker!r}, sys.argv[1], importlib.import_module(f"config.settings.{{sys.argv[1]}}").SECRET_KEY)
    sys.exit()
with open(f"{{there}}/.env", "w") as file:
    file.write({other!r})
env = {{name: value for name, value in os.environ.items() if name not in {names!r}}}
for layer in {layers!r}:
    env["DJANGO_SETTINGS_MODULE"] = f"config.settings.{{layer}}"
    subprocess.run([sys.executable, this, layer], env=env, cwd=there)
"""


@check("env.dotenv", seconds=60)
def test_the_file_is_at_the_root(load, tools, rng, given):
    """`.env` at the root is read whatever folder the process was started in, and none that lies there."""
    key, text = given["SECRET_KEY"], as_file(given)
    loaded = {layer: load(f"config.settings.{layer}", env={}, files={".env": text}).SECRET_KEY for layer in LAYERS}
    reading = [layer for layer in LAYERS if loaded[layer] == key]  # another key anyway: that fails another check
    other, marker = "".join(f"{name}={value}\n" for name, value in OTHER.items()), rng.word()
    code = ELSEWHERE.format(marker=marker, names=sorted(given), layers=reading, other=other)
    ran = tools.poetry("run", "python", "elsewhere.py", edits={"elsewhere.py": code, ".env": text})
    for layer in reading:
        expect_that(
            f"{marker} {layer} {key}" in ran.out,
            expected=f"the SECRET_KEY of .env at the root in {layer}, in a process in another folder",
            observed="another one",
        )


LISTED = re.compile(r"^\s*(?:#\s*)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$")
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PATH", "HOME", "PYTHONPATH", "TMPDIR", "TMP", "TEMP", "USER", "HOSTNAME", "LANG"}


def listed(files):
    """The variables of .env.example with their values, in order."""
    found = (LISTED.match(line) for line in files.text(".env.example").splitlines())
    return [(match[1], match[2].strip()) for match in found if match]


@check("env.example")
@pytest.mark.parametrize("layer", LAYERS)
def test_every_variable_is_listed(load, files, production, layer):
    """Every variable that the project's own code reads is in `.env.example`."""
    names = {name for name, _ in listed(files)}
    read = [
        one for one in load.environ(f"config.settings.{layer}", env=production) if one.path and one.name not in NOT_OURS
    ]
    missing = next((one for one in read if one.name not in names), None)
    expect_that(
        missing is None,
        expected="a line for every variable",
        observed=missing and f"{missing.name}, read at {missing.path}:{missing.line}, has none",
    )


NAME = r"""["']([A-Za-z_][A-Za-z0-9_]*)["']"""
READ = re.compile(
    rf"""\benviron(?:\.(?:get|pop)\(|\[)\s*{NAME}\]?+(?!\s*=[^=])"""
    rf"""|\bgetenv\(\s*{NAME}"""
    rf"""|{NAME}\s+(?:not\s+)?in\s+(?:\w+\.)*environ\b"""
)
CALLED = re.compile(r"""(?<![\w.])([a-z_][\w.]*)\(\s*["']([A-Z][A-Z0-9_]*)["']""")
OF_THE_BRIEF = {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "SECURE_SSL_REDIRECT"}
NO_READER = re.compile(r"(?:.*\.)?(?:setdefault|setenv|putenv|unsetenv|delenv|pop|print|\w*(?:error|warn|info)\w*)")


def own_python(files):
    """The project's Python without its tests, as (path, code without comments)."""
    for path in files.glob("**/*.py"):
        if "tests" in path.split("/") or path.rpartition("/")[2].startswith(("test_", "conftest")):
            continue
        yield path, re.sub(r"(?m)^\s*#.*$", "", files.text(path))


@check("env.example")
def test_variables_read_elsewhere(files):
    """What the Python beside the settings reads (gunicorn.conf.py, views, commands) is listed too."""
    names = {name for name, _ in listed(files)} | NOT_OURS
    sources = list(own_python(files))
    called = [(path, match[1], match[2]) for path, code in sources for match in CALLED.finditer(code)]
    # What is asked for a variable of the brief reads variables: env.str("REDIS_URL"), required("SECRET_KEY").
    readers = {how for _, how, name in called if name in OF_THE_BRIEF and not NO_READER.fullmatch(how)}
    families = {how.partition(".")[0] for how in readers if "." in how} - {"os", "self", "cls", "settings"}
    read = [(path, next(filter(None, match.groups()))) for path, code in sources for match in READ.finditer(code)]
    read += [
        (path, name)
        for path, how, name in called
        if how in readers or (how.partition(".")[0] in families and not NO_READER.fullmatch(how))
    ]
    for path, name in read:
        expect_that(name in names, expected="a line for every variable", observed=f"{name}, read in {path}, has none")


@check("env.example")
def test_every_variable_once(files):
    """`.env.example` lists each variable once."""
    names = [name for name, _ in listed(files)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@check("env.example")
@pytest.mark.parametrize("layer", ["development", "testing"])
def test_no_key_that_is_in_use(load, files, layer):
    """What `.env.example` gives for `SECRET_KEY` is not a key that the settings fall back to."""
    try:
        key = load(f"config.settings.{layer}", env={}).SECRET_KEY
    except Raised:  # a layer that needs a variable falls back to nothing: that fails env.variables
        return
    assert key not in [value.strip("\"'") for name, value in listed(files) if name == "SECRET_KEY"]
