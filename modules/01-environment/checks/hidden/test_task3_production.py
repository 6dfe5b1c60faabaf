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
    *("/live/more", "/liveness", "/ready/more", "/readyz", "/healthz/more", "/healthz.html"),
    *("/a/live", "/a/ready", "/a/healthz", "/static/one.css"),
    "/a%20b/?c=d%20e",
    "/%C3%A9t%C3%A9/?q=a+b%2Bc&r=%C3%A9",
)


@check("env.https")
@pytest.mark.parametrize("more", [{}, {"X-Forwarded-Proto": "http"}], ids=["silent proxy", "proxy says http"])
def test_the_same_address_with_https(ready_site, more):
    """Plain HTTP is redirected to the same address with https, whatever the address."""
    for path in PATHS:
        answer = ready_site.get(path, headers={"Host": "www.example.org"} | more)
        assert answer.status_code in (301, 302, 307, 308)
        assert answer.header("Location") == f"https://www.example.org{path}"
    for method, body in (("POST", b"a=1"), ("PUT", b"a=1"), ("DELETE", b""), ("HEAD", b"")):
        answer = ready_site.request(method, "/admin/login/", headers={"Host": "www.example.org"} | more, body=body)
        assert (method, answer.status_code in (301, 302, 307, 308)) == (method, True)


def hsts(answer):
    """The parts of Strict-Transport-Security, in order."""
    return sorted(part.strip().lower() for part in answer.header("Strict-Transport-Security").split(";"))


@check("env.https")
def test_https_is_served(ready_site):
    """With `X-Forwarded-Proto: https` a request is served, with HSTS for a year, its subdomains and preload."""
    assert ready_site.get("/admin/login/", headers=HTTPS).status_code == 200
    for path in ("/admin/login/", "/admin/", "/nowhere/"):
        assert hsts(ready_site.get(path, headers=HTTPS)) == ["includesubdomains", "max-age=31536000", "preload"]
    posted = ready_site.request("POST", "/admin/login/", headers=HTTPS, body=b"a=1")
    assert hsts(posted) == ["includesubdomains", "max-age=31536000", "preload"]


@check("env.https", seconds=60)
@pytest.mark.parametrize(("word", "statuses"), [("false", {200}), ("true", {301, 302, 307, 308})])
def test_what_the_variables_say(serve, production, rng, word, statuses):
    """With `SECURE_SSL_REDIRECT=false` plain HTTP is served, with `true` redirected; HSTS and cookies stay as asked."""
    keys, seconds = {"SECRET_KEY": production["SECRET_KEY"], "ALLOWED_HOSTS": "example.org"}, rng.randrange(3600, 10**6)
    server = serve(env=keys | {"SECURE_SSL_REDIRECT": word, "SECURE_HSTS_SECONDS": str(seconds)})
    server.request("GET", "/live", headers={"Host": "example.org"}, within_s=30)
    answer = server.get("/admin/login/", headers={"Host": "example.org"})
    expect_that(answer.status_code in statuses, expected=f"one of {sorted(statuses)}", observed=answer.status_code)
    plain = answer.header("Set-Cookie").lower()
    expect_that(not plain or "; secure" in plain, expected="cookies that are Secure, always", observed=plain)
    answer = server.get("/admin/login/", headers=HTTPS)
    cookie = answer.header("Set-Cookie").lower()
    expect_that("csrftoken" in cookie and "; secure" in cookie, expected="a Secure csrftoken", observed="another one")
    assert hsts(answer) == ["includesubdomains", f"max-age={seconds}", "preload"]


@check("env.https")
def test_no_seconds_are_seconds(load, production):
    """`SECURE_HSTS_SECONDS=0` is 0 seconds."""
    assert load("config.settings.production", env=production | {"SECURE_HSTS_SECONDS": "0"}).SECURE_HSTS_SECONDS == 0


PROTECTIONS = (
    *("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"),
    *("SECURE_PROXY_SSL_HEADER", "SECURE_REDIRECT_EXEMPT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"),
)


@check("env.https")
@pytest.mark.parametrize(
    "beside",
    [
        {"SECURE_SSL_REDIRECT": "false"},
        {"SECURE_HSTS_SECONDS": "0"},
        {"DEBUG": "true"},
        {"CSRF_TRUSTED_ORIGINS": "https://example.org"},
        {"ALLOWED_HOSTS": "localhost,127.0.0.1", "DATABASE_URL": "sqlite:////tmp/beside.sqlite3"},
    ],
    ids=", ".join,
)
def test_one_variable_says_one_thing(load, production, beside):
    """What is not set keeps its default, whatever the other variables say: no redirect is no reason for no HSTS."""
    usual = load("config.settings.production", env=production)
    found = load("config.settings.production", env=production | beside)
    for name in PROTECTIONS:
        if not any(name.startswith(said.removesuffix("_SECONDS")) for said in beside):
            wanted, seen = usual.get(name), found.get(name)
            expect_that(seen == wanted, expected=f"{name} = {wanted!r} with {beside}", observed=f"{name} = {seen!r}")


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
    *("evil.example", "example.org.evil.example", "evilexample.org", "api.example.org", "a.www.example.org", "example"),
    *("10.0.0.1", "172.17.0.2", "192.168.0.10", "8.8.8.8", "0.0.0.0", "localhost", "127.0.0.1", "[::1]", "testserver"),
    *("web", "app", "web:8000", "nginx", "proxy", "backend", "django", "localhost:8000", "host.docker.internal"),
)
# Headers by which somebody might name another host; only `Host` counts.
NAMING = ("X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server", "Forwarded")


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
    named = [{}, *({name: f"{'host=' * (name == 'Forwarded')}example.org"} for name in NAMING)]
    strange = {"Host": "evil.example"} | more
    for path in ("/", "/admin/", "/admin/login/", "/robots.txt", "/favicon.ico", f"/{rng.word()}/", f"/{rng.word()}"):
        for beside in named:
            answer = ready_site.get(path, headers=strange | beside)
            expect_that(answer.status_code == 400, expected=f"400 from {path}", observed=answer.status_code)
    for method in ("HEAD", "POST", "OPTIONS"):
        status = ready_site.request(method, "/admin/login/", headers=strange).status_code
        expect_that(status == 400, expected=f"400 to {method}", observed=status)


@check("env.hosts")
def test_no_header_but_host_names_the_host(ready_site):
    """A request for an allowed host is answered as that host, whatever other headers name."""
    without = ready_site.get("/admin/", headers=HTTPS)
    for name in NAMING:
        for host in ("evil.example", "www.example.org"):
            said = {name: f"{'host=' * (name == 'Forwarded')}{host}"}
            answer = ready_site.get("/admin/", headers=HTTPS | said)
            assert (said, answer.status_code) == (said, without.status_code)
            plain = ready_site.get("/admin/", headers={"Host": "example.org"} | said).header("Location")
            expect_that(host not in plain, expected="the host of `Host`", observed=f"{plain} with {said}")


@check("env.hosts")
def test_no_debug_page(ready_site, rng):
    """An unknown address gets 404 without a debug page."""
    for path in (f"/{rng.word()}/", f"/{rng.word()}", f"/{rng.word()}/{rng.word()}.html"):
        answer = ready_site.get(path, headers=HTTPS)
        assert answer.status_code == 404
        shown = [word for word in ("DEBUG = True", "URLconf", "urlpatterns") if word in answer.text]
        assert shown == []
