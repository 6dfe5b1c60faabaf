"""The permission tables of module 03: written once, complete, and true of the reference."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from grader.checkpoint.kit.cells import cells
from grader.course import load_course, project_to
from grader.domain.course import State
from scripts.permission_tables import BRIEF, load, main, with_tables
from tests.reference.suite import Suite

COURSE = Path(__file__).parents[2]
SOURCE = load()
CELLS = list(cells(SOURCE))
ROLES = {"anonymous", "inactive", "reader", "contributor", "editor", "admin"}
METHODS = {
    "/posts/": "GET POST",
    "/posts/{id}/": "GET PUT PATCH DELETE",
    "/posts/{id}/publish/": "POST",
    "/posts/{id}/unpublish/": "POST",
    "/comments/": "GET POST",
    "/comments/{id}/": "GET PUT PATCH DELETE",
    "/comments/{id}/approve/": "POST",
    "/comments/{id}/reject/": "POST",
    "/categories/": "GET POST",
    "/categories/{id}/": "GET PUT PATCH DELETE",
    "/tags/": "GET POST",
    "/tags/{id}/": "GET PUT PATCH DELETE",
    "/users/": "GET POST",
    "/users/{id}/": "GET PUT PATCH DELETE",
    "/users/me/": "GET POST PUT PATCH DELETE",
}
STATES = {"posts": 2 * 4, "comments": 2 * 3 * 2 * 3, "categories": 1, "tags": 1}


def test_the_brief_has_the_tables_as_they_are_now() -> None:
    assert main(["--check"]) == 0, "make reference"


def test_a_brief_without_a_place_for_them_is_told() -> None:
    text = BRIEF.read_text("utf-8")
    with pytest.raises(ValueError, match="<!-- permissions -->"):
        with_tables(text.replace("<!-- /permissions -->", ""), SOURCE)
    stale = text.replace("one's own that is not out | 404 |", "one's own that is not out | 200 |")
    assert stale != text
    assert with_tables(stale, SOURCE) == text


def test_every_case_is_there_once() -> None:
    seen = Counter((cell.role, cell.operation, json.dumps(cell.object)) for cell in CELLS)
    assert [case for case, times in seen.items() if times > 1] == []
    operations = {f"{method} {path}" for path, methods in METHODS.items() for method in methods.split()}
    assert {cell.operation for cell in CELLS} == operations
    for operation in operations:
        collection = operation.split("/")[1]
        mine = [cell for cell in CELLS if cell.operation == operation]
        assert {cell.role for cell in mine} == ROLES, operation
        if "{id}" in operation and collection in STATES:
            states = {json.dumps(cell.object) for cell in mine if cell.role == "inactive"}
            assert len(states) == STATES[collection] + 1, operation  # and the one that does not exist


@pytest.mark.slow(minutes=1)
def test_the_reference_answers_every_case_so(site: Path, tmp_path: Path) -> None:
    project = project_to(load_course(COURSE), State(3, True), tmp_path / "project")
    walk = project / "tests/api/test_every_cell.py"
    walk.write_text(Path(__file__).with_name("every_cell.py").read_text("utf-8"), "utf-8")
    (tmp_path / "cells.json").write_text(json.dumps([asdict(cell) for cell in CELLS]), "utf-8")
    env = {"PERMISSION_CELLS": str(tmp_path / "cells.json")}
    done = Suite.of(project, site, tmp_path).run(str(walk.relative_to(project)), env=env)
    assert done.returncode == 0, done.stdout[-6000:]
    assert f"{len(CELLS)} passed" in done.stdout
