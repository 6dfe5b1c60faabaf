"""Which files of a submission are its tests, and what of them a finding weighs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from grader.domain.findings import Finding, Severity
from grader.domain.location import Location

SAFE_PATH = re.compile(r"[\w./@+ -]{1,300}")
_TEST_PART = re.compile(r"tests?|test_\w+|\w+_test|conftest")
_IMPORTED = re.compile(r"^\s*(?:from|import)\s+([\w.]{1,200})", re.MULTILINE)
_NAMED = re.compile(r"[\"']((?:\w{1,60}\.){1,10}\w{1,60})[\"']")
_FRAMEWORKS = ("django.test", "rest_framework.test", "unittest", "pytest", "test.support", "ninja.testing")
_LARGEST = 1 << 20


def is_test(path: str) -> bool:
    """Whether a file is a test by its name or its folder's."""
    return any(_TEST_PART.fullmatch(part.removesuffix(".py")) for part in path.split("/"))


def texts(root: Path, files: Iterable[str], suffix: str = "") -> Mapping[str, str]:
    """The beginnings of these files, as far as they end so."""
    found = {}
    for path in files:
        if path.endswith(suffix):
            with (root / path).open("rb") as file:
                found[path] = file.read(_LARGEST).decode("utf-8", "replace")
    return found


def reaches_tests(sources: Mapping[str, str]) -> str:
    """The first file beside the tests that imports or names one of them; "" if none does.

    Then tests are a part of the application, and weigh like it.
    """
    for path, text in sources.items():
        names = [*_IMPORTED.findall(text), *_NAMED.findall(text)] if not is_test(path) else ()
        if any(map(_is_of_tests, names)):
            return path
    return ""


def _is_of_tests(name: str) -> bool:
    if name.startswith(_FRAMEWORKS):
        return False
    return any(_TEST_PART.fullmatch(part) for part in name.split("."))


def weighed(finding: Finding, *, in_tests: bool) -> Finding:
    """A finding in a test is low at most: nobody ships it."""
    if not in_tests or finding.severity not in (Severity.HIGH, Severity.MEDIUM):
        return finding
    return replace(finding, severity=Severity.LOW, message=f"{finding.message} (in a test, so it weighs little)")


def located(path: str, line: object = None) -> Location | None:
    """A place, if the path is one that can be shown."""
    if not SAFE_PATH.fullmatch(path):
        return None
    return Location(path, line if isinstance(line, int) and not isinstance(line, bool) and line > 0 else None)
