"""Which of several refusals is the answer: the brief, task 2."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.roles import Role
from tests.factories import PostFactory, UserFactory

pytestmark = pytest.mark.django_db

BROKEN = "{"
# Method, path, who asks, status; "hidden" is a draft of somebody else's, "seen" is out.
TABLE = """
    POST   /posts/                anonymous    401
    POST   /posts/                reader       403
    POST   /posts/                contributor  400
    PATCH  /posts/{seen}/         anonymous    401
    PATCH  /posts/{seen}/         reader       403
    PATCH  /posts/{seen}/         contributor  403
    PATCH  /posts/{seen}/         editor       400
    PATCH  /posts/{hidden}/       contributor  404
    PATCH  /posts/0/              reader       403
    PATCH  /posts/0/              contributor  404
    PUT    /posts/0/              anonymous    401
    POST   /posts/0/publish/      anonymous    401
    POST   /posts/0/publish/      reader       403
    POST   /posts/{seen}/publish/ contributor  403
    POST   /comments/             anonymous    401
    POST   /comments/0/approve/   anonymous    401
    POST   /comments/0/approve/   reader       404
    POST   /tags/                 contributor  403
    POST   /categories/           contributor  403
    PATCH  /tags/0/               contributor  403
    POST   /users/                editor       403
    PATCH  /users/0/              editor       403
    PATCH  /users/0/              admin        404
    POST   /nothing/              anonymous    404
"""


def ask(line: str, *, csrf: bool, headers: dict[str, str]) -> tuple[Any, int]:
    """The answer to a body that is no JSON, and the status that the table says."""
    method, path, who, status = line.split()
    client = APIClient(enforce_csrf_checks=True)
    if who != "anonymous":
        client.force_login(UserFactory(role=Role(who)))
    client.cookies["csrftoken"] = "x" * 32
    headers = {**headers, "X-CSRFToken": "x" * 32 if csrf else ""}
    rows = {"seen": PostFactory(out=True).pk, "hidden": PostFactory().pk}
    address = f"/api/v1{path.format(**rows)}"
    kind = "application/json"
    answer = client.generic(method, address, BROKEN, content_type=kind, headers=headers)
    return answer, int(status)


@pytest.mark.parametrize("line", TABLE.strip().splitlines(), ids=str.strip)
def test_nobody_has_a_body_judged_before_they_may(line: str) -> None:
    answer, status = ask(line, csrf=True, headers={})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("line", TABLE.strip().splitlines()[:-1], ids=str.strip)
def test_who_reads_no_json_is_told_first(line: str) -> None:
    answer, _ = ask(line, csrf=True, headers={"Accept": "text/html"})
    assert answer.status_code == 406


@pytest.mark.parametrize(
    "line", [line for line in TABLE.splitlines() if "contributor" in line]
)
def test_a_session_without_csrf_token_is_told_before_all_else(line: str) -> None:
    answer, _ = ask(line, csrf=False, headers={})
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]
