"""What the pages for authors show is what the course has: code that works, and no older than its files."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.checkpoint.kit.declare import ATTRIBUTE

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "authors").glob("*.md"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(language: str, path: Path) -> list[str]:
    """The fenced blocks of a page in that language."""
    return [body for found, body in FENCE.findall(path.read_text("utf-8")) if found == language]


PYTHON = [(page, body) for page in PAGES for body in examples("python", page)]


@pytest.mark.parametrize(("page", "body"), PYTHON, ids=lambda given: getattr(given, "stem", None))
def test_an_example_of_a_check_is_one(page: Path, body: str) -> None:
    names: dict[str, Any] = {}
    given = "" if "import" in body else "from grader.checkpoint import check\n"
    exec(compile(given + body, page.name, "exec"), names)
    tests = {name: value for name, value in names.items() if name.startswith("test_")}
    for name, test in tests.items():
        assert hasattr(test, ATTRIBUTE), name
    assert tests or "make" in names


def test_the_criterion_of_the_example_is_that_of_the_module() -> None:
    (shown,) = (body for body in examples("toml", ROOT / "docs/authors/manifest.md") if "[[criteria]]" in body)
    example = tomllib.loads(shown)
    module = tomllib.loads((ROOT / "modules" / example["slug"] / "module.toml").read_text("utf-8"))
    assert {name: module[name] for name in ("number", "slug", "title", "pass_score")} == {
        name: value for name, value in example.items() if name != "criteria"
    }
    (criterion,) = example["criteria"]
    assert criterion in module["criteria"]


def test_the_mutant_of_the_example_is_that_of_its_file() -> None:
    page = ROOT / "docs/authors/mutants.md"
    (shown,) = examples("toml", page)
    name = re.search(r"`([\w-]+\.toml)`; its name is its id", page.read_text("utf-8"))
    assert name is not None
    assert tomllib.loads(shown) == tomllib.loads((ROOT / "modules/02-domain-modeling/mutants" / name[1]).read_text())
