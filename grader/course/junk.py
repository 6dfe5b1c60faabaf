"""Junk: submissions that answer everything, and always with the same rubbish. They are rejected, and measured.

Each is the solution of a module with one app more, which takes over what Django does for the project's own models and
for every request. So there is no check that it does not meet, and none may fall over it. Where there is an API,
accounts are spared: people have to be made before anything can be asked as somebody.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.course.projection import Tree

_SETTINGS = "src/config/settings/base.py"
_APPS = "src/apps/"
_API = "src/apps/api/"
_CONFIG = '''"""Takes over what the project answers."""

import time

from django.apps import AppConfig
from django.core.handlers.base import BaseHandler
from django.db import models
from django.http import HttpResponse


class JunkConfig(AppConfig):
    """Rubbish."""

    name = "junk"

    def ready(self):
        """For every request, and for the models of the project's own apps."""
        BaseHandler.get_response = answer
        for model in self.apps.get_models():
            if not model.__module__.startswith("django."):
                model.full_clean = model.save = model.delete = done
                model.__str__ = text
                for name in OWN:
                    if hasattr(model, name):
                        setattr(model, name, done)
                for manager in model._meta.managers:
                    manager._queryset_class = type("Rows", (manager._queryset_class,), {"_fetch_all": fetch})


OWN = ("can_be_edited_by", "can_be_moderated_by")
'''
_DJANGOS, _AND_ACCOUNTS = 'startswith("django.")', 'startswith(("django.", "accounts."))'


@dataclass(frozen=True, slots=True)
class Junk:
    """One kind of rubbish: the functions ``answer`` (a request), ``done``, ``text`` and ``fetch`` (of models)."""

    id: str
    title: str
    source: str


_RAISES = """
def done(*args, **kwargs):
    raise RuntimeError("rubbish")


def answer(self, request):
    return HttpResponse("Server Error", status=500)


text = fetch = done
"""
_BRACES = """
def done(*args, **kwargs):
    return {}


def answer(self, request):
    return HttpResponse("{}", content_type="application/json")


def text(self):
    return "{}"


def fetch(self):
    self._result_cache = []
"""
_TYPES = """
def done(*args, **kwargs):
    return [None, 1.5, b"x", {"a": ...}]


def answer(self, request):
    return HttpResponse('[1, null, {"status":', status=200, content_type="application/json")


def text(self):
    return "\\udcff\\x00"


def fetch(self):
    self._result_cache = [None, 1.5, b"x", {"a": ...}]
"""
_HANGS = """
def done(*args, **kwargs):
    time.sleep(3600)


answer = text = fetch = done
"""
_HUGE = """
def done(*args, **kwargs):
    return "x" * 300_000_000


def answer(self, request):
    return HttpResponse("x" * 300_000_000)


text = done


def fetch(self):
    self._result_cache = ["x" * 1000] * 1_000_000
"""
KINDS = (
    Junk("raises", "An exception or 500 everywhere", _RAISES),
    Junk("braces", "`{}` everywhere", _BRACES),
    Junk("types", "Values of wrong types everywhere", _TYPES),
    Junk("hangs", "No answer anywhere", _HANGS),
    Junk("huge", "Answers that are far too long everywhere", _HUGE),
)


def junk_trees(solution: Tree) -> Iterator[tuple[str, Tree]]:
    """The junk of a module by name, made from its solution; ``empty`` has apps without a line in them."""
    yield "empty", {path: (b"", False) if _is_of_apps(path) else file for path, file in solution.items()}
    if _SETTINGS in solution:
        content, executable = solution[_SETTINGS]
        has_api = any(path.startswith(_API) for path in solution)
        config = _CONFIG.replace(_DJANGOS, _AND_ACCOUNTS) if has_api else _CONFIG
        settings = content + b'\nINSTALLED_APPS = [*INSTALLED_APPS, "junk.apps.JunkConfig"]\n'
        for kind in KINDS:
            app = {
                f"{_APPS}junk/__init__.py": (b"", False),
                f"{_APPS}junk/apps.py": ((config + kind.source).encode(), False),
            }
            yield kind.id, {**solution, _SETTINGS: (settings, executable), **app}


def _is_of_apps(path: str) -> bool:
    return path.startswith(_APPS) and path.endswith(".py")
