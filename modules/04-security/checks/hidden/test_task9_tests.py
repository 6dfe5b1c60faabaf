"""Task 9: the project's own tests notice when a defence is off."""

import json
import re

import pytest

from grader.checkpoint import check, expect_that

LAYER = ("src/config/settings/testing.py", "src/config/settings/testing/__init__.py")
PLACE = "src/config/defence_off.py"
# Goes first into MIDDLEWARE of the testing layer. OFF names what it switches off. With none it does nothing but say at
# the end which tests come by each defence, so that only those need to run without it.
MIDDLEWARE = '''
import atexit
import copy
import json
import os
import sys

from django.apps import apps

OFF = "{off}"
kept, touched = {{}}, {{}}


def middleware(get_response):
    """Switch one defence off, around the application."""

    def answer(request):
        if OFF == "csrf":
            request._dont_enforce_csrf_checks = True
        sent = request.body if OFF == "markup" and is_comment(request) else None
        response = get_response(request)
        if not OFF:
            note(request, response)
        if OFF == "lock-out" and request.path.endswith("/auth/login/"):
            return instead_of(response, 429, 401)
        if OFF == "reuse" and request.path.endswith("/auth/refresh/"):
            return instead_of(response, 401, 200)
        if sent is not None and response.status_code == 201:
            write_back(response, sent)
        return response

    return answer


def note(request, response):
    """Which test came by which defence."""
    path, status = request.path, response.status_code
    for name, is_it in (
        ("lock-out", path.endswith("/auth/login/") and status == 429),
        ("reuse", path.endswith("/auth/refresh/") and status == 401),
        ("markup", is_comment(request) and status == 201),
        ("csrf", request.method not in ("GET", "HEAD", "OPTIONS") and status == 403),
    ):
        if is_it:
            if not touched:
                atexit.register(tell)
            test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" (")[0].partition("[")[0]
            touched.setdefault(name, {{}})[test] = None


def tell():
    """The first of them, in the last line."""
    said = {{name: list(tests)[:40] for name, tests in touched.items()}}
    print("\\nTOUCHED " + json.dumps(said), file=sys.__stdout__)


def is_comment(request):
    return request.method == "POST" and request.path.endswith("/comments/") and request.path.startswith("/api/")


def instead_of(response, refused, wanted):
    """The last answer with the wanted status in the place of one that refuses."""
    if response.status_code == wanted:
        kept[wanted] = response
    if response.status_code == refused and wanted in kept:
        return copy.copy(kept[wanted])
    return response


def write_back(response, sent):
    """The body as it was sent into the row, and into the answer."""
    try:
        body, said = json.loads(sent)["body"], json.loads(response.content)
        key = said["id"]
    except (ValueError, TypeError, KeyError):
        return
    if not isinstance(body, str):
        return
    apps.get_model("comments.Comment")._base_manager.filter(pk=key).update(body=body)
    response.content = json.dumps({{**said, "body": body}})
    if isinstance(getattr(response, "data", None), dict):
        response.data = {{**response.data, "body": body}}
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))
'''
DEFENCES = {
    "lock-out": "each 429 of /auth/login/ becomes the last 401 of that path",
    "reuse": "each 401 of /auth/refresh/ becomes the last 200 of that path",
    "markup": "a comment's body is stored and returned as it was sent",
    "csrf": "no CSRF token is asked for",
}


TEST = re.compile(r"[\w./-]+\.py(?:::\w+)+", re.ASCII)
RED = re.compile(r"^(?:FAILED|ERROR) |\b[1-9]\d* (?:failed|error)", re.M)
SUITE_S = 400.0


@pytest.fixture
def suite(files, tools):
    """``suite("csrf", "tests/a.py::test_b")``: the report of these tests with that defence off; "" for none."""
    layer = next((path for path in LAYER if files.exists(path)), LAYER[0])
    settings = f'{files.text(layer)}\nMIDDLEWARE = ["config.defence_off.middleware", *MIDDLEWARE]\n'

    def run(off, *tests):
        edits = {PLACE: MIDDLEWARE.format(off=off), layer: settings}
        return tools.poetry("run", "pytest", "-x", "-q", "-rfE", *tests, edits=edits, within_s=SUITE_S)

    return run


def touching(out):
    """What the middleware said: the tests that come by each defence. All run where it said nothing."""
    line = next((line for line in reversed(out.splitlines()) if line.startswith("TOUCHED ")), "")
    try:
        said = json.loads(line.removeprefix("TOUCHED "))
        return {name: [test for test in said.get(name, []) if TEST.fullmatch(test)] for name in DEFENCES}
    except (ValueError, TypeError, AttributeError):
        return {}


@check("defences.tests", seconds=1200)
def test_a_defence_that_is_off_is_noticed(suite):
    """`poetry run pytest` passes with a middleware that does nothing, and fails when it switches a defence off."""
    calm = suite("")
    expect_that(calm.ok, expected="the tests pass while every defence is there", observed=failing(calm.out))
    near = touching(calm.out)
    for off, told in DEFENCES.items():
        tests = near.get(off, [])
        noticed = bool(tests) and is_red(suite(off, *tests))
        # Another test may be the one that notices, so all of them have the last word.
        if not noticed:
            noticed = is_red(suite(off))
        expect_that(noticed, expected=f"the tests fail when {told}", observed="they pass all the same")


def is_red(report):
    """Whether tests failed: the program says so by its exit code and by its words; a crash has no such words."""
    return not report.ok and bool(RED.search(report.out))


def failing(out):
    """Which tests failed, and nothing else of what the suite printed: it may have read what lies beside it."""
    found = [line for line in out.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    names = [match[0] for line in found if (match := TEST.search(line))]
    return ", ".join(dict.fromkeys(names[:5])) or "they fail"
