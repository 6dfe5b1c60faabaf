"""What a resolver can get out of its window on the index, whoever has taken it over."""

import hashlib
import json

import pytest

from grader.environment import window
from grader.environment.window import Window
from tests.environment.loopback import Index, wheel

DATA = wheel()
DIGEST = hashlib.sha256(DATA).hexdigest()
FILE = f"/files/{DIGEST}/odd-1.0-py3-none-any.whl"


@pytest.fixture
def seen(index: Index) -> Window:
    """A window on an index with one wheel and one source, of whose package the page was looked at."""
    index.add(DATA)
    index.wheels["odd-1.0.tar.gz"] = b"setup.py"
    seen = Window((index.address.replace("://", "://user:secret@"),))
    assert seen.answer("/simple/odd/")[0] == 200
    return seen


def test_a_page_lists_wheels_without_the_address_of_the_index(seen: Window) -> None:
    status, kind, page = seen.answer("/simple/odd/")
    assert (status, kind) == (200, "application/vnd.pypi.simple.v1+json")
    assert [file["url"] for file in json.loads(page)["files"]] == [FILE]
    assert b"secret" not in page
    assert b"127.0.0.1" not in page


def test_a_wheel_that_is_listed_comes(seen: Window) -> None:
    """The control."""
    assert seen.answer(FILE) == (200, "application/octet-stream", DATA)


PATHS = {
    "a source": f"/files/{hashlib.sha256(b'setup.py').hexdigest()}/odd-1.0.tar.gz",
    "another hash": f"/files/{'0' * 64}/odd-1.0-py3-none-any.whl",
    "another name": f"/files/{DIGEST}/even-1.0-py3-none-any.whl",
    "no package": "/simple/absent/",
    "all packages": "/simple/",
    "above": "/simple/../files/",
    "an address": "/simple/http://127.0.0.1:1/",
    "encoded": "/simple/%2e%2e/",
    "a question": "/simple/odd/?x=1",
    "too long": f"/simple/{'a' * 200}/",
    "a file of the machine": "/files/../../etc/passwd",
}


@pytest.mark.parametrize("name", PATHS)
def test_nothing_else_comes(seen: Window, index: Index, name: str) -> None:
    asked = len(index.asked)
    assert seen.answer(PATHS[name])[0] == 404
    assert index.asked[asked:] in ([], ["/simple/absent/"])


def test_there_is_an_end_to_pages_and_to_bytes(seen: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "MOST_PAGES", 1)
    assert seen.answer("/simple/even/")[0] == 404
    seen._left = len(DATA)
    assert [seen.answer(FILE)[0] for _ in range(2)] == [200, 404]


def test_an_index_that_does_not_answer_is_told_outside(seen: Window, index: Index) -> None:
    index.broken = ("/simple/even/",)
    assert seen.answer("/simple/even/")[0] == 503
    assert seen.failure is not None
    assert "status 503" in seen.failure.message
