"""Tests that assert nothing, and assertions that cannot fail."""

from pathlib import Path

import pytest

from grader.gates.coverage.empty_tests import empty_tests
from grader.gates.suite import Sources

HELPER = "def has_title(page):\n    assert page.title\n\n\ndef checked(page):\n    has_title(page)\n\n\n"
FOUND = [
    ("f()", "tests.no-assertion"),
    ("a = f() == 1", "tests.no-assertion"),
    ("assert True", "tests.cannot-fail"),
    ("assert (f(), 'is so')", "tests.cannot-fail"),
    ("assert f() or True", "tests.cannot-fail"),
    ("assert a == a", "tests.cannot-fail"),
    ("try:\n        assert f()\n    except Exception:\n        pass", "tests.cannot-fail"),
]
FINE = [
    "assert f()",
    "with pytest.raises(ValueError):\n        f()",
    "self.assertEqual(f(), 1)",
    "checked(f())",
    "mock.assert_called_once_with(1)",
    "assert f() == f()",
    "assert a == b",
    "try:\n        assert f()\n    except KeyError:\n        pass",
]


def rules(tmp_path: Path, body: str) -> list[str]:
    (tmp_path / "test_a.py").write_text(f"{HELPER}def test_it():\n    {body}\n")
    return [finding.rule for finding in empty_tests(Sources(tmp_path, (), ("test_a.py",)))]


@pytest.mark.parametrize(("body", "rule"), FOUND)
def test_what_cannot_fail_is_found(tmp_path: Path, body: str, rule: str) -> None:
    assert rules(tmp_path, body) == [rule]


@pytest.mark.parametrize("body", FINE)
def test_what_can_is_not(tmp_path: Path, body: str) -> None:
    assert rules(tmp_path, body) == []
