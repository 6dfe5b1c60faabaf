"""Task 7: throttling, the plain cases."""

from grader.checkpoint import check, expect, expect_that

ADDRESS = "203.0.113.{}"


@check("api.throttle", seconds=60)
def test_one_too_many(api_with, rng):
    """Of an address the requests above the rate get 429 and `Retry-After`; another address is not concerned."""
    number = rng.randrange(3, 6)
    api = api_with(env={"THROTTLE_BURST": f"{number}/minute"})
    for _ in range(number):
        api.get("/tags/", client=ADDRESS.format(7), within_s=30).expect(200)
    answer = api.get("/tags/", client=ADDRESS.format(7)).expect(429)
    told = answer.header("Retry-After")
    right = told.isascii() and told.isdigit() and 1 <= int(told[:9]) <= 60
    expect_that(right, expected="a whole number from 1 to 60 in `Retry-After`", observed=told or "no such header")
    api.get("/tags/", client=ADDRESS.format(8)).expect(200, because="another address has a count of its own")
    api.get("/tags/", client=ADDRESS.format(7), as_="reader").expect(200, because="so has an account")


@check("api.throttle")
def test_variables_are_listed(files):
    """`.env.example` lists the variables of throttling and of idempotency."""
    text = files.text(".env.example")
    names = [f"THROTTLE_{kind}" for kind in ("BURST", "ANON", "USER", "SENSITIVE")]
    names += ["TRUSTED_PROXIES", "IDEMPOTENCY_KEY_HOURS", "IDEMPOTENCY_IN_FLIGHT_SECONDS"]
    expect([name for name in names if name not in text], equal_to=[], because="names that .env.example does not have")


@check("api.throttle-callers", seconds=60)
def test_a_header_makes_no_caller(api_with):
    """Without proxies of your own nobody becomes somebody else by `X-Forwarded-For`."""
    api = api_with(env={"THROTTLE_BURST": "2/minute"})
    forwarded = [{"X-Forwarded-For": f"198.51.100.{number}"} for number in range(3)]
    for headers in forwarded[:2]:
        api.get("/tags/", client=ADDRESS.format(7), headers=headers, within_s=30).expect(200)
    api.get("/tags/", client=ADDRESS.format(7), headers=forwarded[2]).expect(429)
    api.get("/tags/", client=ADDRESS.format(8), headers=forwarded[0]).expect(200)
