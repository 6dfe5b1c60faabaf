"""Task 7: who a caller is."""

from itertools import count

import pytest

from grader.checkpoint import check, expect_that

ONCE = {"THROTTLE_BURST": "1/minute"}
PROXY = "192.0.2.200"


@pytest.fixture
def caller(rng):
    """Judges whether two requests come from one caller, at a server where everybody has one request."""

    def judge(api, first, second, *, same, because):
        answers = [api.get("/tags/", within_s=30, **options) for options in (first, second)]
        answers[0].expect(200, because=f"the first request of its caller: {because}")
        answers[1].expect(429 if same else 200, because=because)

    return judge


@pytest.fixture
def address():
    """A new address with each call."""
    numbers = count(1)
    return lambda: f"203.0.113.{next(numbers)}"


def forwarded(text, **options):
    """A request that has passed proxies."""
    return {"client": PROXY, "headers": {"X-Forwarded-For": text}, **options}


@check("api.throttle-callers", seconds=180)
def test_without_proxies(api_with, caller, address, rng):
    """Without proxies the address is the connection's, of IPv6 too; accounts are callers wherever they come from."""
    api = api_with(env=ONCE)
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        who, value = address(), f"{'for=' if header == 'Forwarded' else ''}198.51.100.{rng.randrange(1, 200)}"
        ways = {"client": who, "headers": {header: value}}
        caller(api, {"client": who}, ways, same=True, because=f"{header} is not believed")
        caller(
            api, {"client": address(), "headers": {header: value}}, {"client": address()}, same=False, because=header
        )
    who = address()
    caller(api, {"client": who}, {"client": f"::ffff:{who}"}, same=True, because="both are the same IPv4 address")
    caller(api, {"client": "2001:db8:1::1"}, {"client": "2001:db8:2::1"}, same=False, because="two /64 networks")
    caller(api, {"client": "2001:db8:3::1"}, {"client": "2001:db8:3::1"}, same=True, because="the same address")
    who = address()
    caller(api, {"client": who, "as_": "reader"}, {"client": who, "as_": "reader2"}, same=False, because="two accounts")
    api.get("/tags/", client=who).expect(200, because="the address is another caller than the accounts")
    api.get("/tags/", client=address(), as_="reader").expect(429, because="an account is the same from everywhere")


@check("api.throttle-callers", seconds=180)
def test_sessions_that_are_not_valid(api_with, caller, address, rng):
    """With a session or a token that is not valid, or of an inactive account, a request counts for its address."""
    api = api_with(env=ONCE)
    odd = (
        {"headers": {"Cookie": f"sessionid={rng.slug()}"}},
        {"headers": {"Authorization": f"Bearer {rng.slug()}"}},
        {"headers": {"Authorization": f"Token {rng.slug()}"}},
        {"as_": "inactive"},
    )
    for options in odd:
        who = address()
        api.get("/tags/", client=who, within_s=30, **options)
        api.get("/tags/", client=who).expect(429, because="the request before came from the same address")
        api.get("/tags/", client=address()).expect(200, because="nobody asked from this address")


@check("api.throttle-callers", seconds=180)
def test_behind_one_proxy(api_with, caller, rng):
    """Behind one proxy the address is the last one of `X-Forwarded-For`, whatever stands left of it."""
    api = api_with(env={**ONCE, "TRUSTED_PROXIES": "1"})
    spoofed = [f"198.51.100.{number}" for number in rng.sample(range(1, 250), 3)]
    one, other = "203.0.113.1", "203.0.113.2"
    caller(
        api, forwarded(one), forwarded(f"{spoofed[0]}, {one}"), same=True, because="what stands left is not believed"
    )
    caller(
        api,
        forwarded(f"{spoofed[0]}, {other}"),
        forwarded(f"{spoofed[1]},{spoofed[2]} , {other}"),
        same=True,
        because="the last entry is the same",
    )
    three, four = (forwarded(f"{spoofed[0]}, 203.0.113.{number}") for number in (3, 4))
    caller(api, three, four, same=False, because="the last entry is another")
    mapped = ("::ffff:203.0.113.5", "203.0.113.5")
    caller(api, *map(forwarded, mapped), same=True, because="an IPv4 address in two forms")
    networks = ("2001:db8:1::7", "2001:db8:1:0:1::7"), ("2001:db8:2::7", "2001:db8:3::7"), ("::1", "2001:db8:4::1")
    for pair in networks[1:]:
        caller(api, *map(forwarded, pair), same=False, because="addresses of two /64 networks")
    caller(api, forwarded("2001:db8:5::1"), forwarded("x, 2001:db8:5::1"), same=True, because="one IPv6 address")


@check("api.throttle-callers", seconds=180)
def test_behind_two_proxies(api_with, caller, rng):
    """Behind two proxies the address is the second one from the right, the first if there are fewer."""
    api = api_with(env={**ONCE, "TRUSTED_PROXIES": "2"})
    inner, spoofed = f"198.51.100.{rng.randrange(1, 99)}", f"198.51.100.{rng.randrange(100, 200)}"
    one, two, three = (f"203.0.113.{number}" for number in (1, 2, 3))
    caller(
        api,
        forwarded(f"{one}, {inner}"),
        forwarded(f"{spoofed}, {one}, 198.51.100.250"),
        same=True,
        because="the second entry from the right is the same",
    )
    caller(
        api,
        forwarded(f"{one}, {two}, {inner}"),
        forwarded(f"{one}, {three}, {inner}"),
        same=False,
        because="the second entry from the right is another",
    )
    four = "203.0.113.4"
    caller(api, forwarded(four), forwarded(f"{four}, {inner}"), same=True, because="of fewer the first counts")


@check("api.throttle-callers", seconds=180)
def test_without_redis(api_with, address):
    """With a Redis that does not answer nobody is throttled, and the answers are as without limits."""
    api = api_with(env={f"THROTTLE_{name}": "1/day" for name in ("BURST", "ANON", "USER", "SENSITIVE")})
    who = address()
    api.get("/tags/", client=who, within_s=30).expect(200)
    api.get("/tags/", client=who).expect(429)
    for take in (api.cut, api.silence):
        take("redis")
        wanted = [("GET", "/tags/", 200), ("GET", "/tags/99999999/", 404), ("POST", "/users/", 401)]
        ways = {"client": who, "within_s": 25}
        requests = [
            api.later(method, path, **ways, **({"json": {}} if method == "POST" else {})) for method, path, _ in wanted
        ]
        found = [answer.status_code for answer in api.at_once(requests)]
        expected = [status for _, _, status in wanted]
        expect_that(
            found == expected, expected=f"{expected} without Redis, though the rates are used up", observed=found
        )
    api.restore("redis")
