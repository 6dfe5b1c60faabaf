"""What browsers are told with every kind of answer, and which other sites may ask."""

import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from config.settings.environment import ROOT

pytestmark = pytest.mark.django_db

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SITE = "https://reader.example.org"


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("on purpose")


@pytest.fixture
def answers_of_every_kind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, HttpResponseBase]:
    """One answer of each, as the production layer puts the middleware together."""
    security = "django.middleware.security.SecurityMiddleware"
    place = django_settings.MIDDLEWARE.index(security) + 1
    whitenoise = "whitenoise.middleware.WhiteNoiseMiddleware"
    stack = list(django_settings.MIDDLEWARE)
    settings.MIDDLEWARE = [*stack[:place], whitenoise, *stack[place:]]
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True
    client = APIClient(raise_request_exception=False)
    answers: dict[str, HttpResponseBase] = {
        "200 JSON": client.get("/api/v1/tags/"),
        "200 page": client.get("/admin/login/"),
        "200 static": client.get("/static/admin/css/base.css"),
        "302": client.get("/admin/"),
        "400 problem": client.post("/api/v1/auth/login/", {}),
        "400 host": client.get("/live", headers={"Host": "evil.example"}),
        "401": client.post("/api/v1/posts/", {}),
        "403 CSRF": Client(enforce_csrf_checks=True).post("/admin/login/"),
        "404 page": client.get("/nowhere/"),
        "404 problem": client.get("/api/v1/nowhere/"),
        "405": client.get("/api/v1/auth/login/"),
        "probe": client.get("/live"),
        "preflight": client.options(
            "/api/v1/tags/", headers={"Access-Control-Request-Method": "GET"}
        ),
    }
    answers["200 static"].close()
    monkeypatch.setattr("posts.views.TagViewSet.list", broken)
    answers["500"] = client.get("/api/v1/tags/")
    settings.SECURE_SSL_REDIRECT = True
    answers["301"] = APIClient().get("/api/v1/tags/")
    answers["400 host that would be redirected"] = APIClient().get(
        "/api/v1/tags/", headers={"Host": "evil.example"}
    )
    expected = {
        name: int(match[0]) for name in answers if (match := re.match(r"\d+", name))
    }
    assert {name: answers[name].status_code for name in expected} == expected
    return answers


def test_headers_are_on_every_kind_of_answer(
    answers_of_every_kind: dict[str, HttpResponseBase],
) -> None:
    for kind, answer in answers_of_every_kind.items():
        headers = answer.headers
        missing = EVERYWHERE.items() - headers.items()
        assert not missing, (kind, missing)
        assert "camera=()" in headers["Permissions-Policy"], kind
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, kind
        assert "frame-ancestors 'none'" in policy, kind
        assert "unsafe" not in policy, kind
        assert headers["X-Request-ID"], kind
        assert "Access-Control-Allow-Origin" not in headers, kind


def test_inline_scripts_run_nowhere_and_styles_in_one_place(client: Client) -> None:
    policies = {
        page: client.get(f"/api/v1/{page}/").headers["Content-Security-Policy"]
        for page in ("docs", "redoc")
    }
    assert "script-src 'self';" in policies["docs"]
    assert "script-src 'self';" in policies["redoc"]
    assert re.search("style-src 'self' 'nonce-[^']+';", policies["docs"])
    assert "style-src 'self' 'unsafe-inline';" in policies["redoc"]


def test_a_nonce_is_used_once(client: Client) -> None:
    pages = [client.get("/api/v1/docs/") for _ in range(2)]
    nonces = [
        re.findall("nonce-([^']+)", page.headers["Content-Security-Policy"])
        for page in pages
    ]
    assert nonces[0] != nonces[1]
    assert f'nonce="{nonces[0][0]}"' in pages[0].content.decode()


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_pages_load_nothing_from_elsewhere(page: str, client: Client) -> None:
    text = client.get(f"/api/v1/{page}/").content.decode()
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)


def test_own_templates_are_all_there_are() -> None:
    own = {path.name for path in (ROOT / "src/templates/drf_spectacular").iterdir()}
    assert own == {"swagger_ui.html", "redoc.html"}


class TestOtherSites:
    @pytest.fixture(autouse=True)
    def one_friend(self, settings: Settings) -> None:
        settings.CORS_ALLOWED_ORIGINS = [SITE]

    def test_a_friend_may_ask(self, client: Client) -> None:
        answer = client.get("/api/v1/tags/", headers={"Origin": SITE})
        assert answer.headers["Access-Control-Allow-Origin"] == SITE
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert "origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers

    def test_a_friend_may_ask_with_a_token(self, client: Client) -> None:
        answer = client.options(
            "/api/v1/posts/",
            headers={
                "Origin": SITE,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization, idempotency-key",
            },
        )
        assert answer.status_code == 200
        allowed = answer.headers["Access-Control-Allow-Headers"]
        assert {"authorization", "idempotency-key"} <= set(allowed.split(", "))

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "https://reader.example.org.evil.example",
            "http://reader.example.org",
            "https://reader.example.org:8443",
            "null",
        ],
    )
    def test_others_may_not(self, origin: str, client: Client) -> None:
        for method in (client.get, client.options):
            answer = method(
                "/api/v1/tags/",
                headers={"Origin": origin, "Access-Control-Request-Method": "GET"},
            )
            assert "Access-Control-Allow-Origin" not in answer.headers

    def test_the_admin_is_for_no_other_site(self, client: Client) -> None:
        answer = client.get("/admin/login/", headers={"Origin": SITE})
        assert "Access-Control-Allow-Origin" not in answer.headers
