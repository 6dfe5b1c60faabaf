"""Task 3, production: behind a proxy that ends TLS."""

import pytest

from grader.checkpoint import check, expect_that

HTTPS = {"Host": "example.org", "X-Forwarded-Proto": "https"}


@check("env.deploy-check")
def test_nothing_is_silenced(load, production):
    """No security check is silenced."""
    silenced = load("config.settings.production", env=production).SILENCED_SYSTEM_CHECKS
    assert [name for name in silenced if name.startswith("security")] == []


@check("env.deploy-check")
def test_djangos_own_check(manage, production):
    """Django's own `check --deploy --fail-level WARNING` is clean in production."""
    words = "check", "--deploy", "--fail-level", "WARNING"
    ran = manage.core(*words, settings="config.settings.production", env=production)
    expect_that(ran.code == 0, expected="no warning", observed="there are some: run the command to see them")


@check("env.deploy-check", seconds=60)
def test_what_the_server_says_of_it(serve, production):
    """A page of production carries the headers that the check asks for, and its cookie is Secure."""
    server = serve(env={"SECRET_KEY": production["SECRET_KEY"], "ALLOWED_HOSTS": "example.org"})
    server.request("GET", "/live", headers=HTTPS, within_s=30)
    answer = server.get("/admin/login/", headers=HTTPS)
    assert answer.header("X-Content-Type-Options").lower() == "nosniff"
    assert answer.header("X-Frame-Options").upper() in ("DENY", "SAMEORIGIN")
    assert answer.header("Strict-Transport-Security") != ""
    assert "; secure" in answer.header("Set-Cookie").lower()


@check("env.https")
def test_the_same_address_with_https(ready_site):
    """Plain HTTP is redirected to the same address with https, whatever the address."""
    for path in ("/", "/admin/", "/nowhere/?a=1", "/admin/login/?next=/admin/", "/live/more", "/a/healthz"):
        answer = ready_site.get(path, headers={"Host": "www.example.org"})
        assert answer.status_code in (301, 302, 307, 308)
        assert answer.header("Location") == f"https://www.example.org{path}"


@check("env.https")
def test_https_is_served(ready_site):
    """With `X-Forwarded-Proto: https` a request is served, with HSTS for a year, its subdomains and preload."""
    answer = ready_site.get("/admin/login/", headers=HTTPS)
    assert answer.status_code == 200
    said = sorted(part.strip().lower() for part in answer.header("Strict-Transport-Security").split(";"))
    assert said == ["includesubdomains", "max-age=31536000", "preload"]


@check("env.https", seconds=60)
@pytest.mark.parametrize(("word", "statuses"), [("false", {200}), ("true", {301, 302, 307, 308})])
def test_what_the_variable_says(serve, production, word, statuses):
    """With `SECURE_SSL_REDIRECT=false` plain HTTP is served, with `true` redirected; cookies are Secure in any case."""
    keys = {"SECRET_KEY": production["SECRET_KEY"], "ALLOWED_HOSTS": "example.org"}
    server = serve(env=keys | {"SECURE_SSL_REDIRECT": word})
    server.request("GET", "/live", headers={"Host": "example.org"}, within_s=30)
    answer = server.get("/admin/login/", headers={"Host": "example.org"})
    expect_that(answer.status_code in statuses, expected=f"one of {sorted(statuses)}", observed=answer.status_code)
    cookie = server.get("/admin/login/", headers=HTTPS).header("Set-Cookie").lower()
    expect_that("csrftoken" in cookie and "; secure" in cookie, expected="a Secure csrftoken", observed="another one")


# gunicorn believes the header of a proxy on its own machine by itself, so Django is asked without gunicorn.
ASKED = """
from django.test import Client
answer = Client().get("/{path}/", headers={{"Host": "example.org", "X-Forwarded-Proto": "https"}})
print("{path}", answer.status_code)
"""
SERVING = ("gunicorn.conf.py", "Dockerfile", "docker-compose.yml", "start.sh", "entrypoint.sh")


@check("env.https")
def test_a_proxy_on_another_machine(manage, production, files, rng):
    """`X-Forwarded-Proto: https` is believed when the proxy is on another machine than gunicorn."""
    told = " ".join(files.text(path) for path in SERVING if files.exists(path)).lower().replace("-", "_")
    if "forwarded_allow_ips" in told:  # gunicorn is told whom to believe
        return
    path = rng.word()
    code = ASKED.format(path=path)
    ran = manage("shell", "--no-imports", "-c", code, settings="config.settings.production", env=production)
    found = [line for line in ran.out.splitlines() if line.startswith(path)]
    expect_that(found == [f"{path} 404"], expected="404 for an address that is not there", observed=found or "nothing")


@check("env.https")
def test_cookies_are_secure(ready_site, load, production):
    """The CSRF cookie of the login page is Secure, and so will be the cookie of a session."""
    answer = ready_site.get("/admin/login/", headers=HTTPS)
    assert "csrftoken" in answer.header("Set-Cookie")
    assert "; secure" in answer.header("Set-Cookie").lower()
    settings = load("config.settings.production", env=production)
    assert (settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE) == (True, True)


@check("env.hosts")
def test_strange_hosts(ready_site):
    """Hosts that are not in `ALLOWED_HOSTS` get 400, those that are get an answer."""
    for host in ("www.example.org", "example.org", "EXAMPLE.org", "example.org:8000"):
        assert ready_site.get("/admin/login/", headers=HTTPS | {"Host": host}).status_code == 200
    for host in (
        "evil.example",
        "example.org.evil.example",
        "evilexample.org",
        "api.example.org",
        "10.0.0.1",
        "localhost",
    ):
        answer = ready_site.get("/admin/login/", headers=HTTPS | {"Host": host})
        assert answer.status_code == 400
        expect_that("DEBUG = True" not in answer.text, expected="a plain answer", observed="a debug page")


@check("env.hosts")
def test_no_debug_page(ready_site, rng):
    """An unknown address gets 404 without a debug page."""
    answer = ready_site.get(f"/{rng.word()}/", headers=HTTPS)
    assert answer.status_code == 404
    shown = [word for word in ("DEBUG = True", "URLconf", "urlpatterns") if word in answer.text]
    assert shown == []
