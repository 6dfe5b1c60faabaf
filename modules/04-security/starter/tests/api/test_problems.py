"""Errors have one shape, wherever they come from."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings
from pytest_mock import MockerFixture
from rest_framework.test import APIClient

from accounts.models import User
from api import problems
from tests.factories import CategoryFactory, TagFactory


def members(answer: Any) -> dict[str, Any]:
    """The problem, after a look at what all problems have in common."""
    assert answer.headers["Content-Type"] == problems.CONTENT_TYPE
    body: dict[str, Any] = answer.json()
    assert set(body) >= {"type", "title", "status", "detail", "instance", "code"}
    assert body["status"] == answer.status_code
    return body


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    "path", ["/api/nothing/", "/api/v2/posts/", "/api/v1/posts", "/api/v1/posts/x/"]
)
def test_addresses_that_lead_nowhere(
    path: str, debug: bool, api_client: APIClient, settings: Settings
) -> None:
    settings.DEBUG = debug
    problem = members(api_client.get(path))
    assert (problem["status"], problem["instance"]) == (404, path)


def test_a_change_at_an_address_that_leads_nowhere() -> None:
    client = APIClient(enforce_csrf_checks=True)
    assert members(client.post("/api/v1/posts/-1/"))["status"] == 404


def test_a_method_that_is_not_there(api_client: APIClient, editor_user: User) -> None:
    answer = api_client.delete("/api/v1/posts/")
    assert members(answer)["code"] == "method_not_allowed"
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert api_client.options("/api/v1/posts/").status_code == 405


def test_complaints_point_to_their_fields(
    api_client: APIClient, contributor_user: User
) -> None:
    sent = {"title": 5, "category": "nowhere", "tags": ["no", 7]}
    problem = members(api_client.post("/api/v1/posts/", sent))
    assert (problem["status"], problem["code"]) == (400, "invalid")
    pointers = {error["pointer"] for error in problem["errors"]}
    assert {"#/title", "#/category", "#/tags"} == pointers
    assert all(error["detail"] and error["code"] for error in problem["errors"])


@pytest.mark.parametrize(
    "tags", [{}, {"snow": True}, "snow", [0], [["snow"]], [None], None]
)
def test_tags_are_a_list_of_slugs(
    tags: object, api_client: APIClient, contributor_user: User
) -> None:
    TagFactory(name="Snow")
    TagFactory(name="0")
    sent = {"title": "Snow", "body": "Much of it.", "tags": tags}
    problem = members(api_client.post("/api/v1/posts/", sent))
    assert problem["status"] == 400
    assert {error["pointer"] for error in problem["errors"]} == {"#/tags"}


def test_a_category_is_a_slug(api_client: APIClient, contributor_user: User) -> None:
    CategoryFactory(name="2026")
    sent = {"title": "Snow", "body": "Much of it.", "category": 2026}
    problem = members(api_client.post("/api/v1/posts/", sent))
    assert [error["pointer"] for error in problem["errors"]] == ["#/category"]


def test_what_the_model_refuses_is_a_400_too(
    api_client: APIClient, editor_user: User
) -> None:
    TagFactory(name="Snow")
    problem = members(api_client.post("/api/v1/tags/", {"name": "SNOW"}))
    assert [error["pointer"] for error in problem["errors"]] == ["#/name"]


def test_complaints_about_the_whole_point_to_the_whole(
    api_client: APIClient, editor_user: User
) -> None:
    problem = members(api_client.post("/api/v1/tags/", ["snow"]))
    assert [error["pointer"] for error in problem["errors"]] == ["#"]


@pytest.mark.parametrize("path", ["posts/?status=lost", "comments/?post=x"])
def test_filters_that_make_no_sense(path: str, api_client: APIClient) -> None:
    problem = members(api_client.get(f"/api/v1/{path}"))
    [error] = problem["errors"]
    assert error["parameter"] in {"status", "post"}


def test_json_that_is_none(api_client: APIClient, contributor_user: User) -> None:
    answer = api_client.post(
        "/api/v1/posts/", data="{", content_type="application/json"
    )
    assert members(answer)["code"] == "parse_error"


def test_what_only_the_database_notices_is_a_conflict(
    api_client: APIClient, editor_user: User, mocker: MockerFixture
) -> None:
    mocker.patch("posts.views.save_label", side_effect=IntegrityError)
    answer = api_client.post("/api/v1/tags/", {"name": "Snow"})
    assert answer.status_code == 409
    assert members(answer)["code"] == "conflict"


def test_a_crash_says_nothing_of_itself(
    api_client: APIClient, mocker: MockerFixture
) -> None:
    mocker.patch("posts.views.Post.objects.visible_to", side_effect=RuntimeError("x!"))
    api_client.raise_request_exception = False
    answer = api_client.get("/api/v1/posts/")
    assert members(answer)["code"] == "server_error"
    assert answer.status_code == 500
    assert b"x!" not in answer.content


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (problems.bad_request, 400),
        (problems.permission_denied, 403),
        (problems.not_found, 404),
    ],
)
def test_outside_the_api_pages_are_pages(handler: Any, status: int) -> None:
    for path, kind in {"/": "text/html", "/api/x/": problems.CONTENT_TYPE}.items():
        answer: HttpResponse = handler(RequestFactory().get(path), Http404())
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith(kind)


def test_a_crash_outside_the_api_is_a_page() -> None:
    answer = problems.server_error(RequestFactory().get("/"))
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_strange_host_is_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/posts/", headers={"host": "evil.example"})
    assert members(answer)["status"] == 400
