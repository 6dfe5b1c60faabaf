"""What stood in for a project's packages, and what is therefore absent."""

from pathlib import Path

import pytest

from grader.environment import Environment, prepare
from grader.environment.absent import absence, absent_imports
from tests.environment.loopback import Index, wheel
from tests.environment.projects import project

SOURCES: dict[str, tuple[str, list[str]]] = {
    "import": ("import slugify\n", ["slugify"]),
    "of a module": ("from slugify.special import CYRILLIC\n", ["slugify"]),
    "several": ("import os, slugify as s, bleach\n", ["slugify", "bleach"]),
    "in a function": ("def f():\n    import slugify\n", ["slugify"]),
    "with a mark": ("\ufeffimport slugify\n", ["slugify"]),
    "optional": ("try:\n    import slugify\nexcept ImportError:\n    slugify = None\n", []),
    "for types": ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import slugify\n", []),
    "in a text": ('"""\nimport slugify\nfrom the beginning import nothing\n"""\n', []),
    "its own": ("import apps.posts\nfrom posts import models\nfrom . import views\n", []),
    "Python's": ("import json, __future__\n", []),
    "installed": ("import odd\nimport half.inner\n", []),
    "no Python": ("import slugify\nclass\n", []),
}


@pytest.mark.parametrize("name", SOURCES)
def test_what_nothing_offers_is_absent(tmp_path: Path, name: str) -> None:
    text, absent = SOURCES[name]
    for path in ("root/src/apps/posts/models.py", "site/odd.py", "site/half/inner.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "root/src/a.py").write_text(text)
    files = ("src/a.py", "src/apps/posts/models.py")
    assert absent_imports(tmp_path / "root", files, tmp_path / "site") == dict.fromkeys(absent, "src/a.py")


def test_the_sentence_names_three_and_counts_the_rest() -> None:
    assert absence({}) == ""
    assert absence({"a": "a.py"}) == "`a` is imported in a.py and is not among the course's packages."
    said = absence({name: f"{name}.py" for name in "abcde"})
    assert said == (
        "`a` is imported in a.py, `b` in b.py, `c` in c.py (and 2 more like these): "
        "none of them is among the course's packages."
    )


def test_what_stood_in_is_said_with_what_is_therefore_absent(index: Index, tmp_path: Path) -> None:
    course, own = _course_and_own(index, tmp_path)
    (own / "src").mkdir()
    (own / "src/slugs.py").write_text("import slugify\nimport odd\n")
    (own / "poetry.lock").unlink()
    environment = _prepared(own, course, tmp_path)
    assert environment.origin == "course"
    assert environment.notice(own, ["src/slugs.py"]) == (
        "The course's packages stood in for your own. "
        "poetry.lock is missing: run `poetry lock` and commit poetry.lock. "
        "`slugify` is imported in src/slugs.py and is not among the course's packages."
    )
    told = "`slugify` is imported and is not among the course's packages (while the project was starting)"
    assert "slugify" not in environment.notice(own, ["src/slugs.py"], told), "once is enough"


def test_of_its_own_packages_nothing_is_said(index: Index, tmp_path: Path) -> None:
    """The control."""
    course, own = _course_and_own(index, tmp_path)
    environment = _prepared(own, course, tmp_path)
    assert (environment.origin, environment.notice(own, [])) == ("submission", "")


@pytest.mark.parametrize(("same", "origin"), [(True, "submission"), (False, "course")])
def test_a_lock_made_with_a_mirror_is_installed_if_the_same_hashes_are_to_be_had(
    index: Index, tmp_path: Path, same: bool, origin: str
) -> None:
    """The mirror itself is not asked: it is an address in a learner's file."""
    course, own = _course_and_own(index, tmp_path)
    lock = _other_hash((own / "poetry.lock").read_text(), same)
    source = '[package.source]\ntype = "legacy"\nurl = "https://mirror.example/simple"\nreference = "mirror"\n'
    (own / "poetry.lock").write_text(lock.replace("[metadata]", f"{source}\n[metadata]"))
    environment = _prepared(own, course, tmp_path)
    assert environment.origin == origin
    assert same or "with a hash that is pinned for it" in environment.problems[0]


def _other_hash(lock: str, same: bool) -> str:
    place = lock.index("sha256:") + len("sha256:")
    return lock if same else f"{lock[:place]}{'0' * 64}{lock[place + 64 :]}"


def _course_and_own(index: Index, folder: Path) -> tuple[Path, Path]:
    index.add(wheel())
    index.add(wheel("even", files={"even.py": b""}), "even")
    names = ("odd-1.0-py3-none-any.whl", "even-1.0-py3-none-any.whl")
    return project(folder / "course", index, *names), project(folder / "own", index, names[0])


def _prepared(own: Path, course: Path, folder: Path) -> Environment:
    return prepare(own, course_lock=course, cache=folder / "cache", progress=lambda text: None)
