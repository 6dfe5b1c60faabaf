"""Task 2: for how long the token of an invitation is good."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, expect_that, read_jwt

INVITE, SET = "/api/v1/auth/invite/", "/api/v1/auth/set-password/"
LIFE = timedelta(days=3)


@pytest.fixture
def wait(api, app):
    """``wait(timedelta)`` moves what a token's time is read from: Django's own clocks, and the rows of the project."""

    def move(step):
        clocks = {
            "django.contrib.auth.tokens.PasswordResetTokenGenerator._now": datetime.now() + step,  # noqa: DTZ005, as there
            "django.utils.timezone.now": datetime.now(UTC) + step,
            "time.time": time.time() + step.total_seconds(),
        }
        for name, now in clocks.items():
            app.call("unittest.mock:patch", name, return_value=now).start()
        api.age(step.total_seconds())

    return move


def _is_over(token):
    """Whether it is a JSON Web Token that says itself that its time is over then: no clock of Django's is asked."""
    exp = read_jwt(token).claims.get("exp") if token.count(".") == 2 else None
    return type(exp) in (int, float) and exp <= time.time() + LIFE.total_seconds() + 60


@check("accounts.invitation-void", seconds=60)
@pytest.mark.parametrize(("hours", "status"), [(70, 204), (74, 401)])
def test_three_days(api, app, client, rng, member, wait, hours, status):
    """The token of an invitation is good for three days, and void after them."""
    who = member()
    client.login(app.model("accounts.User").objects.get(pk=api.people["admin"].id))
    asked = client.post(INVITE, json={"user": who.id}, secure=True)
    expect_that(asked.status_code == 200, expected="200 for an invitation by an admin", observed=asked.status_code)
    token = asked.json().get("token")
    wait(timedelta(hours=hours))
    answer = client.post(SET, json={"token": token, "new_password": rng.sentence()}, secure=True)
    right = answer.status_code == status or (status == 401 and _is_over(token))
    expect_that(right, expected=f"{status} for a token that is {hours} hours old", observed=answer.status_code)
