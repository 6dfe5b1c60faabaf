"""Task 3, production: behind a proxy that ends TLS."""

import re

import pytest

from grader.checkpoint import check, expect_that

HTTPS = {"Host": "example.org", "X-Forwarded-Proto": "https"}


@check("env.deploy-check")
def test_nothing_is_silenced(load, production):
    """No security check is silenced."""
    silenced = load("config.settings.production", env=production).SILENCED_SYSTEM_CHECKS
    assert [name for name in silenced if name.startswith("security")] == []


@check("env.deploy-check", seconds=60)
def test_what_the_server_says_of_it(serve, production):
    """A page of production carries the headers that the check asks for, and its cookie is Secure."""
    server = serve(env={"SECRET_KEY": production["SECRET_KEY"], "ALLOWED_HOSTS": "example.org"})
    server.request("GET", "/live", headers=HTTPS, within_s=30)
    answer = server.get("/admin/login/", headers=HTTPS)
    assert answer.header("X-Content-Type-Options").lower() == "nosniff"
    assert answer.header("X-Frame-Options").upper() in ("DENY", "SAMEORIGIN")
    assert answer.header("Strict-Transport-Security") != ""
    cookie = answer.header("Set-Cookie").lower()
    expect_that(not cookie or "; secure" in cookie, expected="a Secure cookie", observed=cookie)


PATHS = (
    "/",
    "/admin/",
    "/nowhere/?a=1&b=2",
    "/admin/login/?next=/admin/",
    "/live/more",
    "/a/healthz",
    "/a%20b/?c=d%20e",
)


@check("env.https")
@pytest.mark.parametrize("more", [{}, {"X-Forwarded-Proto": "http"}], ids=["silent proxy", "proxy says http"])
def test_the_same_address_with_https(ready_site, more):
    """Plain HTTP is redirected to the same address with https, whatever the address."""
    for path in PATHS:
        answer = ready_site.get(path, headers={"Host": "www.example.org"} | more)
        assert answer.status_code in (301, 302, 307, 308)
        assert answer.header("Location") == f"https://www.example.org{path}"
    posted = ready_site.request("POST", "/admin/login/", headers={"Host": "www.example.org"} | more, body=b"a=1")
    assert posted.status_code in (301, 302, 307, 308)


def hsts(answer):
    """The parts of Strict-Transport-Security, in order."""
    return sorted(part.strip().lower() for part in answer.header("Strict-Transport-Security").split(";"))


@check("env.https")
def test_https_is_served(ready_site):
    """With `X-Forwarded-Proto: https` a request is served, with HSTS for a year, its subdomains and preload."""
    assert ready_site.get("/admin/login/", headers=HTTPS).status_code == 200
    for path in ("/admin/login/", "/admin/", "/nowhere/"):
        assert hsts(ready_site.get(path, headers=HTTPS)) == ["includesubdomains", "max-age=31536000", "preload"]


@check("env.https", seconds=60)
@pytest.mark.parametrize(("word", "statuses"), [("false", {200}), ("true", {301, 302, 307, 308})])
def test_what_the_variables_say(serve, production, rng, word, statuses):
    """With `SECURE_SSL_REDIRECT=false` plain HTTP is served, with `true` redirected; HSTS and cookies stay as asked."""
    keys, seconds = {"SECRET_KEY": production["SECRET_KEY"], "ALLOWED_HOSTS": "example.org"}, rng.randrange(3600, 10**6)
    server = serve(env=keys | {"SECURE_SSL_REDIRECT": word, "SECURE_HSTS_SECONDS": str(seconds)})
    server.request("GET", "/live", headers={"Host": "example.org"}, within_s=30)
    answer = server.get("/admin/login/", headers={"Host": "example.org"})
    expect_that(answer.status_code in statuses, expected=f"one of {sorted(statuses)}", observed=answer.status_code)
    answer = server.get("/admin/login/", headers=HTTPS)
    cookie = answer.header("Set-Cookie").lower()
    expect_that("csrftoken" in cookie and "; secure" in cookie, expected="a Secure csrftoken", observed="another one")
    assert hsts(answer) == ["includesubdomains", f"max-age={seconds}", "preload"]


@check("env.https")
def test_no_seconds_are_seconds(load, production):
    """`SECURE_HSTS_SECONDS=0` is 0 seconds."""
    assert load("config.settings.production", env=production | {"SECURE_HSTS_SECONDS": "0"}).SECURE_HSTS_SECONDS == 0


# gunicorn believes the header of a proxy on its own machine by itself, so Django is asked without gunicorn.
ASKED = """
from django.test import Client
answer = Client().get("/{path}/", headers={{"Host": "example.org", "X-Forwarded-Proto": "https"}})
print("{path}", answer.status_code)
"""
SERVING = ("gunicorn.conf.py", "Dockerfile", "docker-compose.yml", "start.sh", "entrypoint.sh")
BELIEVED = re.compile(r"forwarded_allow_ips[\"']?\s*[=:,\s]\s*[\"'\[(]*([^\s\"'\])]*)")
OWN = {"127.0.0.1", "::1", "localhost", ""}


@check("env.https")
def test_a_proxy_on_another_machine(manage, production, files, rng):
    """`X-Forwarded-Proto: https` is believed when the proxy is on another machine than gunicorn."""
    told = " ".join(files.text(path) for path in SERVING if files.exists(path)).lower().replace("-", "_")
    if any(set(match[1].split(",")) - OWN for match in BELIEVED.finditer(told)):  # gunicorn is told whom to believe
        return
    path = rng.word()
    code = ASKED.format(path=path)
    ran = manage("shell", "--no-imports", "-c", code, settings="config.settings.production", env=production)
    found = [line for line in ran.out.splitlines() if line.startswith(path)]
    expect_that(found == [f"{path} 404"], expected="404 for an address that is not there", observed=found or "nothing")


@check("env.https")
def test_cookies_are_secure(ready_site, load, production):
    """The CSRF cookie of the login page is Secure, and so will be the cookie of a session, redirect or not."""
    answer = ready_site.get("/admin/login/", headers=HTTPS)
    assert "csrftoken" in answer.header("Set-Cookie")
    assert "; secure" in answer.header("Set-Cookie").lower()
    for env in (production, production | {"SECURE_SSL_REDIRECT": "false"}):
        settings = load("config.settings.production", env=env)
        assert (settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE) == (True, True)


STRANGE = (
    "evil.example",
    "example.org.evil.example",
    "evilexample.org",
    "api.example.org",
    "10.0.0.1",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "testserver",
)


@check("env.hosts")
def test_strange_hosts(ready_site):
    """Hosts that are not in `ALLOWED_HOSTS` get 400, those that are get an answer."""
    for host in ("www.example.org", "example.org", "EXAMPLE.org", "example.org:8000"):
        status = ready_site.get("/admin/login/", headers=HTTPS | {"Host": host}).status_code
        expect_that(status != 400, expected=f"an answer to the host {host}", observed=status)
    for host in STRANGE:
        answer = ready_site.get("/admin/login/", headers=HTTPS | {"Host": host})
        expect_that(answer.status_code == 400, expected=f"400 to the host {host}", observed=answer.status_code)
        expect_that("DEBUG = True" not in answer.text, expected="a plain answer", observed="a debug page")


@check("env.hosts")
@pytest.mark.parametrize("more", [{}, {"X-Forwarded-Proto": "https"}], ids=["HTTP", "HTTPS"])
def test_a_strange_host_everywhere(ready_site, rng, more):
    """A strange host gets 400 over HTTP and HTTPS, whatever the path, and whatever other headers say."""
    for path in ("/", "/admin/", "/admin/login/", f"/{rng.word()}/", f"/{rng.word()}"):
        for named in ({}, {"X-Forwarded-Host": "example.org"}):
            answer = ready_site.get(path, headers={"Host": "evil.example"} | more | named)
            expect_that(answer.status_code == 400, expected=f"400 from {path}", observed=answer.status_code)


@check("env.hosts")
def test_no_debug_page(ready_site, rng):
    """An unknown address gets 404 without a debug page."""
    for path in (f"/{rng.word()}/", f"/{rng.word()}", f"/{rng.word()}/{rng.word()}.html"):
        answer = ready_site.get(path, headers=HTTPS)
        assert answer.status_code == 404
        shown = [word for word in ("DEBUG = True", "URLconf", "urlpatterns") if word in answer.text]
        assert shown == []
