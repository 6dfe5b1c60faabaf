"""The tests by ``manage.py test``, with the test runner that the settings name."""

import importlib
import os
import unittest
from typing import Any


def run(order: "dict[str, Any]", watch: Any) -> int:
    """0 if all passed, 1 if not."""
    case: Any = unittest.TestCase
    original = case.run

    def run_one(this: Any, result: Any = None) -> Any:
        before = _counts(result)
        watch.begin(this.id())
        try:
            return original(this, result)
        finally:
            watch.end(_outcome(before, _counts(result)))

    case.run = run_one
    # django-configurations loads its classes by a function of its own.
    module = "configurations.management" if os.environ.get("DJANGO_CONFIGURATION") else "django.core.management"
    execute = importlib.import_module(module).execute_from_command_line
    words = ["manage.py", "test", "--noinput", "--verbosity", "0"]
    words += ["--failfast"] if order["stop"] else []
    try:
        execute([*words, *(order["only"] or _labels(order["tests"]))])
    except SystemExit as end:
        return int(end.code) if isinstance(end.code, int) else 1
    return 0


def _labels(tests: "list[str]") -> "list[str]":
    """Folders and files as Django takes them: a file is named as a module."""
    return [name.removesuffix(".py").replace("/", ".") if name.endswith(".py") else name for name in tests]


def _counts(result: Any) -> "tuple[int, int]":
    if result is None:
        return 0, 0
    bad = len(result.errors) + len(result.failures) + len(getattr(result, "unexpectedSuccesses", ()))
    return bad, len(result.skipped)


def _outcome(before: "tuple[int, int]", after: "tuple[int, int]") -> str:
    if after[0] > before[0]:
        return "failed"
    return "skipped" if after[1] > before[1] else "passed"
