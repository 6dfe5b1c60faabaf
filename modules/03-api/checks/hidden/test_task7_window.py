"""Task 7: the window slides, and the testing layer has no limits of its own."""

import time
from dataclasses import dataclass

from grader.checkpoint import check, expect_that

NUMBER = 4


@dataclass(frozen=True)
class Sent:
    """A request, when it left and when its answer was here."""

    left: float
    back: float
    through: bool


def send(api, who):
    """One that counts."""
    left = time.monotonic()
    answer = api.get("/tags/", client=who)
    return Sent(left, time.monotonic(), answer.status_code != 429)


def judge(sent):
    """Each request by how many before it surely got through in its last second, or may have."""
    for number, one in enumerate(sent):
        before = [other for other in sent[:number] if other.through]
        surely = sum(other.left > one.back - 1 for other in before)
        perhaps = sum(other.back > one.left - 1 for other in before)
        when = f"request {number + 1}, {one.left - sent[0].left:.2f} s after the first"
        expect_that(
            not (one.through and surely >= NUMBER),
            expected=f"429 for {when}: {surely} got through in the second before it, and {NUMBER} are allowed",
            observed="it got through",
        )
        expect_that(
            one.through or perhaps >= NUMBER,
            expected=f"no 429 for {when}: {perhaps} got through in the second before it, and {NUMBER} are allowed",
            observed="429",
        )


@check("api.throttle", seconds=180)
def test_a_sliding_window(api_with):
    """Of the last second at most as many get through as the rate says, at every moment; a 429 does not count."""
    api = api_with(env={"THROTTLE_BURST": f"{NUMBER}/second"})
    api.get("/tags/", client="203.0.113.1", within_s=30).expect(200)
    time.sleep(1 - time.time() % 1)
    sent, began = [], time.monotonic()
    for moment, many in ((0.0, 1), (0.7, NUMBER - 1), (1.05, NUMBER), (1.4, 2), (1.75, NUMBER), (2.1, NUMBER)):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        sent += [send(api, "203.0.113.9") for _ in range(many)]
    judge(sent)
    answer = next(filter(lambda found: found.status_code == 429, (api.get("/tags/") for _ in range(100))), None)
    if answer is not None:
        expect_that(
            answer.header("Retry-After") == "1", expected="1 s of a second", observed=answer.header("Retry-After")
        )
        time.sleep(1)
        api.get("/tags/").expect(200, because="the time that `Retry-After` names is over")


@check("api.throttle", seconds=180)
def test_the_testing_layer(api_with):
    """The layer `testing` has no limits unless the variables say so."""
    names = ("BURST", "ANON", "USER", "SENSITIVE")
    rates = {f"THROTTLE_{name}": None for name in names} | {"THROTTLE_SENSITIVE": "2/day"}
    api = api_with(settings="config.settings.testing", env=rates)
    api.get("/tags/", within_s=30)
    found = [api.get("/tags/99999999/").status_code for _ in range(125)]
    expect_that(429 not in found, expected="no 429 without variables", observed="429")
    # Hosts and keys are this layer's own to choose; each of the two workers may have a count in its memory.
    limited = [api.patch("/users/me/", as_="reader", json={}).status_code for _ in range(12)]
    wanted = "429 above the rate of THROTTLE_SENSITIVE"
    expect_that(limited[0] != 200 or 429 in limited, expected=wanted, observed=limited)
