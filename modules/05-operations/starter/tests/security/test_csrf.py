"""Another site makes a browser send something, with the cookies that the browser has."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from posts.models import Post
from tests.authentication.conftest import Login
from tests.factories import PostFactory, UserFactory

pytestmark = pytest.mark.django_db

EVIL = {"Origin": "https://evil.example", "Referer": "https://evil.example/page"}


@pytest.fixture
def browser() -> APIClient:
    """An editor's, logged in by cookie."""
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(UserFactory(role=Role.EDITOR))
    return browser


def with_token(browser: APIClient) -> dict[str, str]:
    """What our own pages send along."""
    browser.get("/admin/login/")
    return {"X-CSRFToken": browser.cookies["csrftoken"].value}


@pytest.mark.parametrize("headers", [{}, EVIL, {"X-CSRFToken": "x" * 64}])
def test_a_change_by_cookie_alone_is_refused(
    headers: dict[str, str], browser: APIClient
) -> None:
    post = PostFactory()
    answer = browser.post(f"/api/v1/posts/{post.pk}/publish/", headers=headers)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    post.refresh_from_db()
    assert not post.is_out


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_form_is_no_way_around(kind: str, browser: APIClient) -> None:
    """These need no preflight, so any page can send them."""
    sent = '{"title": "Hello", "body": "x"}'
    answer = browser.post("/api/v1/posts/", sent, content_type=kind, headers=EVIL)
    assert answer.status_code in (403, 415)
    assert not Post.objects.exists()


def test_a_token_from_another_origin_is_refused(browser: APIClient) -> None:
    headers = with_token(browser) | {"Origin": "https://evil.example"}
    answer = browser.post("/api/v1/posts/", {"title": "Hello"}, headers=headers)
    assert answer.status_code == 403


def test_our_own_pages_may(browser: APIClient) -> None:
    browser.force_login(UserFactory(role=Role.EDITOR))
    answer = browser.post(
        "/api/v1/posts/", {"title": "Hello"}, headers=with_token(browser)
    )
    assert answer.status_code == 201


def test_a_bearer_token_needs_none_and_cookies_add_nothing_to_it(
    login: Login, ann: User, browser: APIClient
) -> None:
    """No page can make a browser send an Authorization header unasked."""
    headers = {"Authorization": f"Bearer {login()['access']}"}
    answer = browser.post("/api/v1/posts/", {"title": "Hello"}, headers=headers)
    assert answer.status_code == 201
    assert Post.objects.get().author == ann


@pytest.mark.parametrize("path", ["logout-everywhere", "password"])
def test_nobody_is_logged_out_by_another_site(path: str, browser: APIClient) -> None:
    answer = browser.post(f"/api/v1/auth/{path}/", {}, headers=EVIL)
    assert answer.status_code == 403


def test_the_admin_insists_as_well(browser: APIClient) -> None:
    sent = {"username": "x", "password": "y"}
    answer = browser.post("/admin/login/", sent, format="multipart", headers=EVIL)
    assert answer.status_code == 403
