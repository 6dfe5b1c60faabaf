"""Where the parts of a Django project are: what to import, what to start, where to ask."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

_DOTTED = re.compile(r"[A-Za-z_]\w{0,99}(?:\.[A-Za-z_]\w{0,99}){0,9}", re.ASCII)
_CLASS = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_APPLICATION = re.compile(_DOTTED.pattern + r":[A-Za-z_]\w{0,99}", re.ASCII)
_FOLDER = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[\w.][\w.-]{0,99}(?:/[\w.][\w.-]{0,99}){0,9}", re.ASCII)
_URL = re.compile(r"/[\w./~-]{0,200}", re.ASCII)
_WORD = re.compile(r"[A-Za-z][\w-]{0,29}", re.ASCII)
_MOST = 10
SERVERS = ("gunicorn", "uvicorn")
RUNNERS = ("pytest", "manage")


class NoLayout(ValueError):
    """A value that a layout cannot have: ``key`` names it, the message says what it has to be; ``example`` is right."""

    def __init__(self, key: str, wanted: str, example: str) -> None:
        super().__init__(f"{key} has to be {wanted}")
        self.key, self.wanted, self.example = key, wanted, example


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a project, as paths from its root and names that Python imports. The defaults are the course's.

    ``manage``: path of manage.py.
    ``settings``: module of the settings under which tests and checks run; ``production``: that of a deployment.
    ``configuration``: class in them, for django-configurations; ``""`` for plain modules.
    ``sources``: folders from which modules are imported, besides the root, first one first.
    ``tests``: files or folders with the project's own tests; ``runner``: ``pytest``, or ``manage`` for manage.py test.
    ``application``: what the server serves, ``module:name``; ``server``: the program, one of ``SERVERS``.
    ``health``, ``schema``: paths of URLs; ``""`` where there is none, or none is known.
    ``roles``: what somebody who is logged in can be, the least powerful first.
    ``users``: a function of the project's, ``module:function``, that makes a user from ``role``, ``username`` and
    ``password``, given by keyword; ``""`` for a user of Django's whose field ``role`` has that value.
    ``login``: path of the URL that answers a username and a password with a token; ``""`` where there is none.
    """

    manage: str = "manage.py"
    settings: str = "config.settings.testing"
    production: str = "config.settings.production"
    configuration: str = ""
    sources: tuple[str, ...] = ("src", "src/apps")
    tests: tuple[str, ...] = ("tests",)
    runner: str = "pytest"
    application: str = "config.wsgi:application"
    server: str = "gunicorn"
    health: str = "/healthz"
    schema: str = "/api/v1/schema/"
    roles: tuple[str, ...] = ("reader", "contributor", "editor", "admin")
    users: str = ""
    login: str = "/api/v1/auth/login/"

    def overridden(self, values: Mapping[str, Any]) -> "Layout":
        """This layout with some values of the project's own, as ``track.toml`` has them.

        Raises:
            NoLayout: a key that no layout has, or a value that it cannot have.
        """
        known = {field.name for field in fields(self)}
        for key in values:
            if key not in known:
                raise NoLayout(str(key)[:60], f"one of {', '.join(sorted(known))}", 'settings = "config.settings"')
        return replace(self, **{key: _checked(key, value) for key, value in values.items()})


COURSE = Layout()


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the text of a value has to match: in words, with an example."""

    pattern: re.Pattern[str]
    wanted: str
    example: str
    may_be_empty: bool = False
    is_list: bool = False


_FOLDERS = _Rule(_FOLDER, f"a list of at most {_MOST} paths from the project's root", '["src"]', is_list=True)
_RULES = {
    "manage": _Rule(_FOLDER, "the path of a file from the project's root", '"manage.py"'),
    "settings": _Rule(_DOTTED, "the name of a module", '"config.settings.testing"'),
    "production": _Rule(_DOTTED, "the name of a module", '"config.settings.production"'),
    "configuration": _Rule(_CLASS, "the name of a class", '"Production"', may_be_empty=True),
    "sources": _FOLDERS,
    "tests": _FOLDERS,
    "roles": _Rule(_WORD, f"a list of at most {_MOST} words", '["customer", "admin"]', is_list=True),
    "users": _Rule(
        _APPLICATION, "the name of a module, a colon and a function in it", '"shop.people:make"', may_be_empty=True
    ),
    "login": _Rule(_URL, "the path of a URL", '"/api/token/"', may_be_empty=True),
    "runner": _Rule(re.compile("|".join(RUNNERS)), f"one of {', '.join(RUNNERS)}", '"pytest"'),
    "application": _Rule(_APPLICATION, "the name of a module, a colon and a name in it", '"config.wsgi:application"'),
    "server": _Rule(re.compile("|".join(SERVERS)), f"one of {', '.join(SERVERS)}", '"gunicorn"'),
    "health": _Rule(_URL, "the path of a URL", '"/healthz"', may_be_empty=True),
    "schema": _Rule(_URL, "the path of a URL", '"/api/schema/"', may_be_empty=True),
}


def _checked(key: str, value: Any) -> Any:
    rule = _RULES[key]
    if rule.is_list:
        entries = value if isinstance(value, (list, tuple)) else None
        if entries is None or len(entries) > _MOST or not all(_fits(rule, entry) for entry in entries):
            raise NoLayout(key, rule.wanted, f"{key} = {rule.example}")
        return tuple(dict.fromkeys(entries))
    if not _fits(rule, value):
        raise NoLayout(key, rule.wanted, f"{key} = {rule.example}")
    return value


def _fits(rule: _Rule, value: Any) -> bool:
    return isinstance(value, str) and (rule.pattern.fullmatch(value) is not None or (rule.may_be_empty and not value))
