"""Which documented response a request is of."""

import time

import pytest

from grader.gates.coverage.pathways import NoDocument, Pathways, operations
from grader.gates.suite.claims import Call

DOCUMENT = {
    "paths": {
        "/posts/": {"get": {"responses": {"200": {}, "default": {}}}, "post": {"responses": {201: {}, "4XX": {}}}},
        "/posts/{id}/": {"get": {"responses": {"200": {}, "404": {}}}, "parameters": []},
        "/posts/latest/": {"get": {"responses": {"200": {}}}},
        "/files/{name}.json": {"get": {"responses": {"200": {}}}},
    }
}
REQUESTS = [
    ("GET", "/posts/", 200, "GET /posts/ 200"),
    ("GET", "/posts/7/", 404, "GET /posts/{id}/ 404"),
    ("GET", "/posts/latest/", 200, "GET /posts/latest/ 200"),
    ("POST", "/posts/", 422, "POST /posts/ 4XX"),
    ("GET", "/files/a.json", 200, "GET /files/{name}.json 200"),
    ("GET", "/posts/7/", 500, ""),
    ("PUT", "/posts/", 200, ""),
    ("GET", "/posts/7/more/", 200, ""),
    ("GET", "/posts//", 200, ""),
    ("GET", "/files/.json", 200, ""),
]


@pytest.mark.parametrize(("method", "path", "status", "pathway"), REQUESTS)
def test_pathways(method: str, path: str, status: int, pathway: str) -> None:
    found = Pathways(operations(DOCUMENT)).of(Call(0, method, path, status))
    assert (f"{found[0].title} {found[1]}" if found else "") == pathway


def test_all_statuses_but_default_are_counted() -> None:
    assert Pathways(operations(DOCUMENT)).total == 7


@pytest.mark.parametrize("document", [None, [], {}, {"paths": 3}, {"paths": {}}, {"paths": {"/": {"get": 3}}}])
def test_what_is_no_document(document: object) -> None:
    with pytest.raises(NoDocument):
        operations(document)


def test_paths_that_take_long_to_match_do_not() -> None:
    path = "/" + "{a}" * 2000
    since = time.perf_counter()
    pathways = Pathways(operations({"paths": {path: {"get": {"responses": {"200": {}}}}}}))
    assert pathways.of(Call(0, "GET", "/" + "a" * 300 + "/", 200)) is None
    assert time.perf_counter() - since < 1
