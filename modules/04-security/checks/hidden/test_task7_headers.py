"""Task 7: what every kind of answer tells browsers, and what pages may load by it."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from grader.checkpoint import check, expect_that, fail

SITE = "https://localhost"
PLAIN = {
    "X-Content-Type-Options": {"nosniff"},
    "X-Frame-Options": {"deny"},
    "Referrer-Policy": {"same-origin", "strict-origin-when-cross-origin", "strict-origin", "no-referrer"},
    "Cross-Origin-Opener-Policy": {"same-origin"},
}
FEATURES = {"camera=()", "geolocation=()", "microphone=()"}
UNSAFE = {"'unsafe-inline'", "'unsafe-eval'"}
PAGES = ("/api/v1/docs/", "/api/docs/")
STYLED = ("/api/v1/redoc/", "/api/redoc/")
ADMIN = ("/admin/login/", "/admin/", "/admin/accounts/user/", "/admin/accounts/user/add/", "/admin/comments/comment/")
SLOW_S = 60


def policies(answer):
    """The policies of an answer, each as its sources by directive. All of them hold."""
    found = []
    for text in re.split(r"[,\n]", answer.header("Content-Security-Policy")):
        policy = {}
        for directive in text.split(";"):
            name, *sources = directive.split() or [""]
            if name:
                policy.setdefault(name.lower(), sources)  # of one that comes twice, the first
        found.append(policy)
    return found


def sources(policy, kind):
    """What counts for elements of that kind, ``script`` or ``style``; ``None`` where nothing does."""
    names = (f"{kind}-src-elem", f"{kind}-src", "default-src")
    return next((policy[name] for name in names if name in policy), None)


def keywords(policy, *names):
    """All sources of these directives that are there, in small letters."""
    return {source.lower() for name in names for source in policy.get(name, [])}


def unsafe(policy, kind):
    """The words that let anything of that kind run, where the policy has any."""
    general = f"{kind}-src" if f"{kind}-src" in policy else "default-src"
    return UNSAFE & keywords(policy, general, f"{kind}-src-elem", f"{kind}-src-attr")


def protects(policy):
    """Whether a policy has all that the brief asks for."""
    return bool(
        keywords(policy, "default-src") & {"'none'", "'self'"}
        and keywords(policy, "frame-ancestors") == {"'none'"}
        and not unsafe(policy, "script")
    )


def listed(answer, name):
    """The values of a header, in small letters."""
    return {value.strip().lower() for value in re.split(r"[,\n]", answer.header(name)) if value.strip()}


def judge(answer):
    """Fails the check unless the answer has every header of the table."""
    shown = f"{answer.asked} ({answer.status_code})"
    if not any(map(protects, policies(answer))):
        wanted = "`default-src` of 'none' or 'self', `frame-ancestors 'none'`, and no unsafe scripts"
        said = answer.header("Content-Security-Policy") or "none"
        fail(expected=f"a Content-Security-Policy with {wanted}, on {shown}", observed=said)
    for name, allowed in PLAIN.items():
        found = listed(answer, name)
        right = bool(found) and found <= allowed
        wanted = " or ".join(sorted(allowed))
        expect_that(right, expected=f"`{name}: {wanted}` on {shown}", observed=answer.header(name) or "none")
    features = {re.sub(r"\s", "", one) for one in listed(answer, "Permissions-Policy")}
    wanted = ", ".join(sorted(FEATURES))
    said = answer.header("Permissions-Policy") or "none"
    expect_that(features >= FEATURES, expected=f"`Permissions-Policy` with {wanted} on {shown}", observed=said)


@check("headers.everywhere", seconds=90)
def test_answers_of_the_api(api, rows, log_in):
    """Answers of the API carry the headers, whatever their status."""
    tag, session = rows.tag(), log_in("reader")
    judge(api.get("/tags/").expect(200))
    judge(api.get("/tags/", version="").expect(200))
    judge(api.get("/users/me/", as_=session.caller).expect(200))
    kept = api.get(f"/tags/{tag.id}/").expect(200)
    if kept.header("ETag"):
        judge(api.get(f"/tags/{tag.id}/", headers={"If-None-Match": kept.header("ETag")}))
    judge(api.request("HEAD", "/tags/"))
    judge(api.request("OPTIONS", "/tags/", as_="editor"))
    judge(api.delete(f"/tags/{tag.id}/", as_="editor").expect(204))
    judge(api.get("/schema/"))
    judge(api.post("/auth/login/", json={}).expect(400))
    judge(api.post("/auth/login/", body=b"{", headers={"Content-Type": "application/json"}).expect(400))
    judge(api.post("/posts/", json={}).expect(401))
    judge(api.get("/tags/", headers={"Authorization": "Bearer x"}).expect(401))
    judge(api.post("/posts/", as_="reader", json={}).expect(403))
    judge(api.post("/posts/", as_="editor", json={}, csrf=False))
    judge(api.get("/nothing/").expect(404))
    judge(api.get("/posts/0/").expect(404))
    judge(api.get("/auth/login/").expect(405))
    judge(api.get("/tags/", headers={"Accept": "image/png"}))
    judge(api.post("/auth/login/", body=b"a=b", headers={"Content-Type": "text/plain"}))


@check("headers.everywhere", seconds=90)
def test_pages_and_redirects(api, site, admin_login, rng):
    """So do pages, redirects, probes, what is not found, and what another host or a form without a token is told."""
    for path in (*PAGES, *STYLED):
        judge(api.get(path, version=None).expect(200))
    for path in ADMIN:
        judge(api.get(path, version=None))
        judge(site.request("GET", path))
    for path in ("/live", "/ready", "/healthz"):
        judge(api.get(path, version=None).expect(200))
    judge(api.get("/admin", version=None))
    judge(api.get("/api/v1/tags", version=None))
    judge(api.get(f"/{rng.slug()}/", version=None).expect(404))
    judge(api.get(f"/static/{rng.slug()}.css", version=None).expect(404))
    judge(admin_login("reader", csrf=False))
    judge(admin_login("reader").expect(200))
    for path in ("/admin/login/", "/api/v1/tags/", "/live"):
        judge(api.get(path, version=None, headers={"Host": f"{rng.word()}.example"}).expect(400))


@check("headers.everywhere")
def test_plain_http(api, rng):
    """So does what is told over plain HTTP: the redirect to HTTPS, probes, and the refusal of another host."""
    plain = {"X-Forwarded-Proto": "http"}
    for path in ("/admin/", "/api/v1/tags/", "/live"):
        judge(api.get(path, version=None, headers=plain))
        judge(api.get(path, version=None, headers={**plain, "Host": f"{rng.word()}.example"}).expect(400))


@check("headers.everywhere", seconds=120)
def test_above_a_rate(api_with, try_login, admin_login, rng):
    """So does each 429, of a rate, of a lock-out and at the admin's log-in page, and the 404 of a hidden admin."""
    env = {"THROTTLE_ANON": "1/hour", "THROTTLE_LOGIN": "2/hour", "LOGIN_FAILURE_LIMIT": "1"}
    env["ADMIN_NETWORKS"] = "203.0.113.0/24"
    api = api_with(env=env)
    api.get("/tags/", within_s=SLOW_S).expect(200)
    judge(api.get("/tags/").expect(429))
    here, there = "203.0.113.5", "203.0.113.6"
    admin_login("editor", password=rng.word(), to=api, client=here, within_s=SLOW_S)
    judge(admin_login("editor", to=api, client=here).expect(429))
    judge(admin_login("editor", to=api, client=here).expect(429))
    try_login("editor", password=rng.word(), to=api, client=there, within_s=SLOW_S).expect(401, 429)
    judge(try_login("editor", to=api, client=there).expect(429))
    for path in ("/admin/", "/admin/login/", "/admin"):
        judge(api.get(path, version=None, client="192.0.2.9"))


STATIC = "src/collected.py"
# Puts a file where `collectstatic` puts all of them, and asks production for it.
COLLECTED = """
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

root = Path(__file__).resolve().parent
sys.path[:0] = [str(root), str(root / "apps")]

from django.conf import settings

folder = Path(settings.STATIC_ROOT)
folder.mkdir(parents=True, exist_ok=True)
(folder / "of-the-check.css").write_text("body { color: red }")

from config.wsgi import application

path = urlsplit(settings.STATIC_URL).path + "of-the-check.css"
environ = {"PATH_INFO": path, "HTTP_HOST": "localhost", "HTTP_X_FORWARDED_PROTO": "https"}
setup_testing_defaults(environ)
seen = []
body = application(environ, lambda status, headers, *_: seen.append([int(status[:3]), headers]))
text = b"".join(body).decode()
print("ASKED " + json.dumps([*seen[-1], text]))
"""


@dataclass(frozen=True)
class Told:
    """What the project says itself of an answer."""

    asked: str
    status_code: int
    pairs: list

    def header(self, name):
        """All values of that header, one a line."""
        return "\n".join(value for key, value in self.pairs if key.lower() == name.lower())


@check("headers.everywhere", seconds=240)
def test_a_static_file(tools):
    """So does a static file, which the application serves in production once it was collected."""
    variables = {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": secrets.token_hex(32),
        "JWT_SIGNING_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": "postgres://app:app@127.0.0.1:5432/app",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }
    ran = tools.poetry("run", "python", STATIC, edits={STATIC: COLLECTED}, env=variables)
    told = [line for line in ran.out.splitlines() if line.startswith("ASKED ")]
    expect_that(bool(told), expected="a static file in production", observed=ran.out[-300:])
    status, pairs, text = json.loads(told[-1].removeprefix("ASKED "))
    asked = "GET of a static file"
    expect_that("color: red" in text, expected=f"the file for a {asked}, once it is in STATIC_ROOT", observed=status)
    judge(Told(asked, status, [(str(name), str(value)) for name, value in pairs]))


@check("headers.everywhere", seconds=90)
def test_a_server_error(api_with):
    """So does a 500, in the API and outside of it, and `/ready` while the database is away."""
    api = api_with()
    api.get("/tags/", within_s=SLOW_S).expect(200)
    api.cut("postgres")
    judge(api.get("/tags/").expect(500))
    judge(api.get("/users/me/", as_="reader").expect(500))
    judge(api.get("/admin/", version=None, as_="admin"))
    judge(api.get("/ready", version=None))


@check("headers.everywhere", seconds=90)
def test_a_preflight(api_with):
    """So does a preflight, of an origin that may ask and of one that may not."""
    api = api_with(env={"CORS_ALLOWED_ORIGINS": "https://friend.example"})
    for origin in ("https://friend.example", "https://stranger.example"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        judge(api.request("OPTIONS", "/posts/", headers=asked, within_s=SLOW_S))
        judge(api.get("/posts/", headers={"Origin": origin}).expect(200))


class _Page(HTMLParser):
    """``loaded``: (kind, address, nonce) of each script and style sheet; ``inline``: (text, nonce) of each script.

    ``others`` are further addresses that a browser loads by itself; ``handlers`` are attributes with a script in them.
    """

    def __init__(self):
        super().__init__()
        self.loaded, self.inline, self.others, self.handlers, self._within = [], [], [], [], None

    def handle_starttag(self, tag, attrs):
        """Notes what the element has the browser load or run."""
        given = {name: value or "" for name, value in attrs}
        self.handlers += [f"{name} of <{tag}>" for name in given if re.fullmatch(r"on[a-z]+", name)]
        if tag == "script" and "src" in given:
            self.loaded.append(("script", given["src"], given.get("nonce", "")))
        elif tag == "script" and _runs(given.get("type", "")):
            self._within = ("", given.get("nonce", ""))
        elif tag == "link" and "stylesheet" in given.get("rel", "").lower().split():
            self.loaded.append(("style", given.get("href", ""), given.get("nonce", "")))
        elif tag == "link" and given.get("rel", "").lower() in ("icon", "shortcut icon", "preload", "modulepreload"):
            self.others.append(given.get("href", ""))
        elif tag in ("img", "iframe", "source", "video", "audio", "embed"):
            self.others.append(given.get("src", ""))

    def handle_data(self, data):
        """The text of a script."""
        if self._within is not None:
            self._within = (self._within[0] + data, self._within[1])

    def handle_endtag(self, tag):
        """Ends one."""
        if tag == "script" and self._within is not None:
            self.inline.append(self._within)
            self._within = None


def _runs(kind):
    return kind.strip().lower() in ("", "module", "text/javascript", "application/javascript")


def _is_own(address, page):
    parts = urlsplit(urljoin(SITE + page, address))
    return parts.scheme in ("data", "blob") or (parts.scheme, parts.netloc) == ("https", "localhost")


def _may_load(allowed, nonce):
    """Whether something of the same host is loaded under these sources."""
    if allowed is None or (nonce and f"'nonce-{nonce}'" in allowed):
        return True
    own = {"'self'", "*", "https:", "localhost", SITE, f"{SITE}:443"}
    return bool(own & {source.lower().rstrip("/") for source in allowed})


def _may_run(allowed, text, nonce):
    """Whether a script in the page runs under these sources, by its nonce or its hash."""
    hashes = (base64.b64encode(hashlib.new(name, text.encode()).digest()).decode() for name in HASHES)
    words = {f"'{name}-{digest}'" for name, digest in zip(HASHES, hashes, strict=True)} | {f"'nonce-{nonce}'"}
    return allowed is None or bool(words & set(allowed))


HASHES = ("sha256", "sha384", "sha512")


def works(answer, path):
    """Fails the check if the page loads something from elsewhere, or what its own policy does not let it."""
    page, rules = _Page(), policies(answer)
    page.feed(answer.text)
    for address in [*(address for _, address, _ in page.loaded), *page.others]:
        expect_that(_is_own(address, path), expected=f"{path} to load nothing from other hosts", observed=address)
    for kind, address, nonce in page.loaded:
        fine = all(_may_load(sources(rule, kind), nonce) for rule in rules)
        expect_that(fine, expected=f"a policy under which {path} may load its {kind} {address}", observed="it may not")
    for text, nonce in page.inline:
        fine = all(_may_run(sources(rule, "script"), text, nonce) for rule in rules)
        wanted = f"each script in {path} to run under the policy, by a nonce or a hash"
        expect_that(fine, expected=wanted, observed=text.strip()[:80])
    expect_that(not page.handlers, expected=f"no scripts in attributes at {path}", observed=page.handlers[:3])
    return page


@check("headers.csp")
@pytest.mark.parametrize("path", [*PAGES, *STYLED])
def test_pages_of_the_api(api, path):
    """Swagger UI and ReDoc load from the same host alone, and what they load and run the policy allows."""
    answer = api.get(path, version=None, headers={"Accept": "text/html"}).expect(200)
    judge(answer)
    page = works(answer, path)
    expect_that(bool(page.loaded), expected=f"a page with scripts at {path}", observed="none that it loads")
    for rule in policies(answer):
        asked = rule.get("connect-src", rule.get("default-src"))
        fine = _may_load(asked, "")
        expect_that(fine, expected=f"a policy under which {path} may ask for the document", observed="it may not")
        inline = sources(rule, "style")
        fine = path not in STYLED or inline is None or "'unsafe-inline'" in inline or "'nonce-" in " ".join(inline)
        expect_that(fine, expected=f"a policy under which {path} has the styles that it makes", observed=inline)


@check("headers.csp")
def test_pages_of_the_admin(api, site):
    """The admin loads from the same host alone, and what it loads and runs the policy allows."""
    works(api.get("/admin/login/", version=None).expect(200), "/admin/login/")
    for path in (*ADMIN[1:], site.user(api.people["reader"].id)):
        answer = site.request("GET", path).expect(200)
        judge(answer)
        works(answer, path)
        for rule in policies(answer):
            fine = _may_load(rule.get("form-action"), "")
            expect_that(fine, expected=f"a policy under which forms of {path} may be sent", observed=rule)


@check("headers.csp")
def test_inline_styles(api, site, rng):
    """Styles may be inline at ReDoc only."""
    asked = [api.get(path, version=None) for path in (*PAGES, "/admin/login/", "/live", f"/{rng.slug()}/")]
    asked += [api.get("/tags/"), api.get("/nothing/"), api.get("/posts/"), api.get("/redoc/x/")]
    asked += [site.request("GET", path).expect(200) for path in ADMIN[1:]]
    for answer in asked:
        judge(answer)
        fine = any("'unsafe-inline'" not in unsafe(rule, "style") for rule in policies(answer))
        said = answer.header("Content-Security-Policy")
        expect_that(fine, expected=f"no 'unsafe-inline' for styles on {answer.asked}", observed=said)
