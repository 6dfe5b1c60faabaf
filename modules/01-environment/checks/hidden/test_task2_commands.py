"""Task 2, settings: what holds in a layer holds for every command."""

import json

from grader.checkpoint import check, expect_that

COMMANDS = (
    *("", "check", "check --deploy", "migrate", "migrate --check", "makemigrations", "showmigrations", "sqlmigrate"),
    *("runserver", "runserver 0.0.0.0:8000", "shell", "dbshell", "test", "test accounts", "testserver", "diffsettings"),
    *("collectstatic --no-input", "findstatic", "createsuperuser", "changepassword", "createcachetable", "flush"),
    *("clearsessions", "dumpdata", "loaddata", "inspectdb", "makemessages", "compilemessages", "sendtestemail"),
    *("squashmigrations", "optimizemigration", "startapp"),
)
TAKEN = """
import contextlib
import io
import json
import os
import runpy
import sys
import django.conf
others = []
for told in ("", "config.settings.testing"):
    for command in {commands!r}:
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        os.environ.update({{"DJANGO_SETTINGS_MODULE": told}} if told else {{}})
        django.conf.settings._wrapped = django.conf.empty
        sys.argv = ["manage.py", *command.split(), "--help"]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            runpy.run_path("manage.py", run_name="__main__")
        layer = django.conf.settings.SETTINGS_MODULE
        if layer != (told or "config.settings.development"):
            others.append([f"`{{command}}`", layer, f"DJANGO_SETTINGS_MODULE={{told}}"])
import accounts
print({marker!r}, json.dumps(others[:3]))
"""
# What a process may be called that loads a layer: the programs of the project and of its tools.
CALLED = (
    *("manage.py collectstatic --no-input", "manage.py runserver", "manage.py test", "manage.py migrate --no-input"),
    *("manage.py check --deploy", "manage.py makemigrations", "manage.py shell", "manage.py compilemessages"),
    *("manage.py createsuperuser", "pytest", "celery -A config.celery worker", "gunicorn config.wsgi:application"),
)
WORDS = ("true", "True", "TRUE", "1", "yes", "y", "on", "t", "force", "debug", "false", "False", "0", "")
ON = ("true", "True", "1", "on", "yes", "development", "dev", "local")
OF_THE_TABLE = {"DEBUG", "CSRF_TRUSTED_ORIGINS", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "DJANGO_SETTINGS_MODULE"}
LOADED = """
import importlib
import json
import os
import sys
from django.core.exceptions import ImproperlyConfigured
root = os.getcwd()
sys.path[:0] = [root, f"{{root}}/src", f"{{root}}/src/apps"]

def load(layer, env, called):
    for name, module in list(sys.modules.items()):
        if name != "__main__" and str(getattr(module, "__file__", None)).startswith(f"{{root}}/"):
            del sys.modules[name]
    for name in {names!r}:
        os.environ.pop(name, None)
    os.environ.update(env, DJANGO_SETTINGS_MODULE=layer)
    sys.argv = called.split()
    try:
        return "DEBUG = " + repr(getattr(importlib.import_module(layer), "DEBUG", False))
    except ImproperlyConfigured:
        return "refused"
    except Exception as problem:
        return type(problem).__name__

print({marker!r}, json.dumps([load(*case) for case in json.loads({cases!r})]))
"""


def said(tools, name, code, marker, env=None):
    """What a script of the grader's says after its marker, run in a copy of the project, or None."""
    ran = tools.poetry("run", "python", name, edits={name: code}, env=env)
    lines = [line.removeprefix(marker) for line in ran.out.splitlines() if line.startswith(f"{marker} ")]
    try:
        return json.loads(lines[-1]) if lines else None
    except ValueError:
        return None


def loaded(tools, marker, cases):
    """What each of the cases [layer, variables, how the process is called] comes to: its DEBUG, or "refused"."""
    names = sorted({name for _, env, _ in cases for name in env})
    code = LOADED.format(names=names, marker=marker, cases=json.dumps(cases))
    found = said(tools, "layers_under_other_names.py", code, marker)
    return found if isinstance(found, list) and len(found) == len(cases) else ["nothing"] * len(cases)


@check("env.layers", seconds=120)
def test_commands_of_manage_py(tools, production, rng):
    """`manage.py` takes development, or what `DJANGO_SETTINGS_MODULE` says, whatever the command; it finds the apps."""
    marker = rng.word()
    code = TAKEN.format(commands=COMMANDS, marker=marker)
    others = said(tools, "layer_of_commands.py", code, marker, env=production)
    expect_that(
        others == [],
        expected="the layer that is asked for, for every command, with `src` and `src/apps` on the import path",
        observed=others or "it does not get that far",
    )


@check("env.production-requires", seconds=120)
def test_whatever_the_command(tools, production, rng):
    """Production refuses to load without a required variable whatever the command, `collectstatic` too."""
    required = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL")
    cases = [["config.settings.production", production, CALLED[0]]]
    for called in CALLED:
        for name in required:
            cases.append(["config.settings.production", {k: v for k, v in production.items() if k != name}, called])
    first, *rest = loaded(tools, rng.word(), cases)
    expect_that(first.startswith("DEBUG"), expected="a layer that loads with everything", observed=first)
    for found, (_, env, called) in zip(rest, cases[1:], strict=True):
        lacking = ", ".join(name for name in required if name not in env)
        expect_that(found == "refused", expected=f"`{called}` refused without {lacking}", observed=found)


@check("env.debug-off", seconds=120)
def test_debug_stays_off_whatever_is_said(tools, production, rng):
    """Debug is off in production and testing whatever `DEBUG` says and whatever the command, `runserver` too."""
    cases = [
        [f"config.settings.{layer}", production | more, called]
        for layer in ("production", "testing")
        for called in CALLED
        for more in ({}, *({"DEBUG": word} for word in WORDS))
    ]
    for found, (layer, env, called) in zip(loaded(tools, rng.word(), cases), cases, strict=True):
        said_so = f"debug off in {layer} for `{called}`, DEBUG={env.get('DEBUG')}"
        expect_that(found == "DEBUG = False", expected=said_so, observed=found)


@check("env.debug-off", seconds=120)
def test_no_other_variable_switches_debug_on(tools, load, production, rng):
    """No variable that the project reads beside those of the table switches debug on in production."""
    layer = "config.settings.production"
    read = {one.name for one in load.environ(layer, env=production) if one.path}
    others = sorted(read - set(production) - OF_THE_TABLE)
    cases = [[layer, production | {name: word}, "manage.py check"] for name in others for word in ON]
    for found, (_, env, _) in zip(loaded(tools, rng.word(), cases), cases, strict=True):
        said_so = ", ".join(f"{name}={env[name]}" for name in others if name in env)
        expect_that(found != "DEBUG = True", expected=f"debug off with {said_so}", observed=found)
