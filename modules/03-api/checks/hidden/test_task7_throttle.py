"""Task 7: rates, each by its variable, for each caller."""

import time
from itertools import count

import pytest

from grader.checkpoint import check, expect, expect_that

DAY, HOUR = 86_400, 3_600
MISSING = 99_999_999


@pytest.fixture
def address():
    """A new address with each call."""
    numbers = count(1)
    return lambda: f"203.0.113.{next(numbers)}"


def wait_told(answer, period, since):
    """`Retry-After` of a 429, as the sliding window makes it: until the first request counted is out of it."""
    told = answer.expect(429).header("Retry-After")
    where = f"`Retry-After` for {answer.asked}"
    expect_that(told.isascii() and told.isdigit(), expected=f"a whole number as {where}", observed=told or "none")
    least = max(1, int(period - (time.monotonic() - since)) - 1)
    right = least <= int(told[:9]) <= period
    expect_that(right, expected=f"from {least} to {period} s as {where}: earlier nobody gets through", observed=told)


@check("api.throttle", seconds=180)
def test_what_burst_counts(api_with, address, rng):
    """`THROTTLE_BURST` counts every request of a caller: whatever the method, the path, and the answer but 429."""
    number = 3
    api = api_with(env={"THROTTLE_BURST": f"{number}/minute"})
    api.get("/tags/", client=address(), within_s=30).expect(200)
    cases = {
        "200": ("GET", "/tags/", {}),
        "200 without the version": ("GET", "/tags/", {"version": ""}),
        "304": ("GET", "/tags/", {"headers": {"If-None-Match": "*"}}),
        "400": ("GET", "/posts/?page=0", {}),
        "401": ("POST", "/tags/", {"json": {}}),
        "404 of a row": ("GET", f"/tags/{MISSING}/", {}),
        "404 where no route is": ("GET", f"/{rng.slug()}/", {}),
        "404 where no route is, without the version": ("POST", f"/{rng.slug()}/", {"version": "", "json": {}}),
        "405": ("DELETE", "/tags/", {}),
        "406": ("GET", "/tags/", {"headers": {"Accept": "application/xml"}}),
        "HEAD": ("HEAD", "/tags/", {}),
        "OPTIONS": ("OPTIONS", "/tags/", {}),
        "the document": ("GET", "/schema/", {}),
        "a page of the document": ("GET", "/docs/", {}),
    }
    for name, (method, path, options) in cases.items():
        who, since = address(), time.monotonic()
        for _ in range(number):
            answer = api.request(method, path, client=who, **options)
            expect_that(
                answer.status_code != 429, expected=f"{number} requests of {name} within the rate", observed=429
            )
        last = api.get("/tags/", client=who, version="" if options.get("version") is None else "v1")
        last.expect(429, because=f"{number} of {name} came before, and they count")
        if name == "200":
            wait_told(last, 60, since)
            api.request("HEAD", "/posts/", client=who).expect(429, because="all paths have one count")
    refused, other = address(), {"Host": f"{rng.word()}.example"}
    for _ in range(number + 1):
        api.get("/tags/", client=refused, headers=other).expect(400)
    api.get("/tags/", client=refused).expect(200, because="a host that is not allowed is not counted")


@check("api.throttle", seconds=180)
def test_refusals_of_accounts_count(api_with, address):
    """A 403 counts for the account, one of CSRF for the account or the address."""
    api = api_with(env={"THROTTLE_BURST": "2/minute"})
    for _ in range(2):
        api.post("/tags/", as_="reader", client=address(), json={}, within_s=30)
    api.get("/tags/", as_="reader", client=address()).expect(429, because="two requests of the account came before")
    who = address()
    for _ in range(2):
        api.post("/tags/", as_="editor", client=who, csrf=False, json={})
    answers = [api.get("/tags/", as_="editor", client=address()), api.get("/tags/", client=who)]
    found = [answer.status_code for answer in answers]
    expect_that(429 in found, expected="429 for the account or for the address after two 403 of CSRF", observed=found)


@check("api.throttle", seconds=180)
def test_what_is_sensitive(api_with, address):
    """`THROTTLE_SENSITIVE` counts what it names, together for each caller, at every path."""
    api = api_with(env={"THROTTLE_SENSITIVE": "1/minute"})
    user, mine = f"/users/{api.rows.user().id}/", f"/posts/{api.rows.post(author='contributor').id}/"
    theirs = f"/posts/{api.rows.post(author='contributor2', state='out').id}/"
    callers = {
        "contributor": [("POST", f"{mine}publish/"), ("POST", f"{mine}unpublish/"), ("PATCH", "/users/me/")],
        "contributor2": [("POST", f"{theirs}unpublish/"), ("POST", f"{theirs}publish/")],
        "reader": [("PATCH", "/users/me/"), ("PATCH", "/users/me/")],
        "admin": [("PATCH", user), ("POST", "/users/"), ("PUT", user), ("DELETE", user), ("PATCH", "/users/me/")],
    }
    for who, requests in callers.items():
        for number, (method, path) in enumerate(requests):
            body = {"json": {}} if method in ("PUT", "PATCH") or path == "/users/" else {}
            ways = {"as_": who, "client": address(), "version": "" if number % 2 else "v1", "within_s": 30, **body}
            answer = api.request(method, path, **ways)
            if number == 0:
                answer.expect(200, because="it is the first")
            else:
                answer.expect(429, because=f"{' '.join(requests[0])} of the same account came before")
        api.get("/users/me/", as_=who).expect(200, because="what is not sensitive has no limit here")


@check("api.throttle", seconds=180)
def test_what_is_not_sensitive(api_with):
    """`THROTTLE_SENSITIVE` does not count what it does not name."""
    api = api_with(env={"THROTTLE_SENSITIVE": "1/minute"})
    post, comment = api.rows.post(state="out").id, api.rows.comment().id
    plain = [("GET", "/users/"), ("GET", "/users/me/"), ("HEAD", "/users/me/"), ("POST", "/posts/"), ("POST", "/tags/")]
    plain += [("PATCH", f"/posts/{post}/"), ("POST", f"/comments/{comment}/approve/"), ("DELETE", f"/posts/{post}/")]
    for method, path in plain:
        body = {"json": {}} if method in ("POST", "PATCH") and not path.endswith("approve/") else {}
        answer = api.request(method, path, as_="admin", within_s=30, **body)
        expect_that(answer.status_code != 429, expected=f"no 429 for {answer.asked}", observed=429)
    api.patch("/users/me/", as_="admin", json={}).expect(200, because="nothing that is sensitive came before")


@check("api.throttle", seconds=180)
def test_days_and_hours(api_with, address):
    """`THROTTLE_ANON` counts addresses, `THROTTLE_USER` accounts; an empty rate is no limit; periods are as written."""
    api = api_with(env={"THROTTLE_ANON": "2/hour", "THROTTLE_USER": "3/day", "THROTTLE_BURST": ""})
    who, since = address(), time.monotonic()
    for _ in range(2):
        api.get("/tags/", client=who, within_s=30).expect(200)
    wait_told(api.get("/tags/", client=who), HOUR, since)
    began = time.monotonic()
    for path in ("/tags/", "/posts/", "/users/me/"):
        api.get(path, as_="reader", client=who).expect(200, because="an account is not counted by its address")
    wait_told(api.get("/tags/", as_="reader", client=address()), DAY, began)
    api.get("/tags/", as_="reader2", client=who).expect(200, because="another account has a count of its own")
    api.get("/tags/", client=address()).expect(200, because="another address has a count of its own")


@check("api.throttle", seconds=180)
def test_defaults(api_with, address):
    """Without variables 120 requests in a minute are allowed, and 30 sensitive ones."""
    names = ("BURST", "ANON", "USER", "SENSITIVE")
    api = api_with(env={f"THROTTLE_{name}": None for name in names})
    api.get("/tags/", client=address(), within_s=30).expect(200)
    for number, method, path in ((30, "PATCH", "/users/me/"), (120, "GET", f"/tags/{MISSING}/")):
        ways = {"as_": "reader", "json": {}} if method == "PATCH" else {"client": address()}
        began = time.monotonic()
        found = [api.request(method, path, **ways).status_code for _ in range(number + 1)]
        if time.monotonic() - began < 55:
            expect_that(
                429 not in found[:-1], expected=f"{number} answers of {method} {path} within a minute", observed=429
            )
            expect(found[-1], equal_to=429, because=f"it is request {number + 1} within a minute")
