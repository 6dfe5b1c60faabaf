"""What security/asvs.toml names is there."""

import ast
import tomllib
from typing import Any

import pytest

from config.settings.environment import ROOT

ITEMS: list[dict[str, Any]] = tomllib.loads(
    (ROOT / "security" / "asvs.toml").read_text(encoding="utf-8")
)["items"]


def names_in(path: str) -> set[str]:
    """The functions and classes of a test file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


@pytest.mark.parametrize("item", ITEMS, ids=[item["id"] for item in ITEMS])
def test_an_item_says_how_it_is_and_what_shows_it(item: dict[str, Any]) -> None:
    assert item["level"] in (1, 2, 3)
    assert item["status"] in ("met", "elsewhere", "open")
    assert item["requirement"]
    assert item["reason"]
    assert bool(item["shown_by"]) is (item["status"] == "met")
    for shown in item["shown_by"]:
        path, *names = shown.split("::")
        assert (ROOT / path).is_file(), shown
        assert set(names) <= (names_in(path) if names else set()), shown


def test_no_item_stands_twice() -> None:
    ids = [item["id"] for item in ITEMS]
    assert len(ids) == len(set(ids))
