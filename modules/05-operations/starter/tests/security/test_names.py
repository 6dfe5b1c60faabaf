"""One person, one name: however it is spelt, it registers once, logs in, and is locked out once."""

from unittest.mock import patch

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from accounts.models import User
from authentication import admin_site
from authentication.lockout import attempted_username, one_at_a_time
from tests.accounts.test_names import (
    DOMAIN_TOO_LONG_LATER,
    FORBIDDEN_LATER,
    LIGATURE,
    TOO_LONG_LATER,
)
from tests.authentication.conftest import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = "/api/v1/auth/login/"
WIDE = "\uff46\uff49\uff4f\uff4e\uff41"  # "fiona" in full-width letters


def register(**changes: str) -> int:
    sent = {"username": LIGATURE, "email": "fiona@example.org", "password": PASSWORD}
    return APIClient().post("/api/v1/auth/register/", sent | changes).status_code


@pytest.mark.parametrize(
    "changes",
    [
        {"username": TOO_LONG_LATER},
        {"username": FORBIDDEN_LATER},
        {"email": DOMAIN_TOO_LONG_LATER},
    ],
)
def test_what_cannot_be_stored_is_refused(changes: dict[str, str]) -> None:
    assert register(**changes) == 400
    assert not User.objects.exists()


@pytest.mark.parametrize("name", [LIGATURE, "fiona", WIDE])
def test_every_spelling_logs_in(name: str) -> None:
    assert register() == 202
    sent = {"username": name, "password": PASSWORD}
    assert APIClient().post(LOGIN, sent).status_code == 200
    User.objects.update(is_staff=True)
    assert Client().post("/admin/login/", sent).status_code == 302


def test_another_spelling_is_not_another_guess() -> None:
    spellings = ["fiona", LIGATURE, WIDE, WIDE[0] + "iona", "fion" + WIDE[4]]
    statuses = [
        APIClient().post(LOGIN, {"username": name, "password": "wrong"}).status_code
        for name in spellings
    ]
    assert statuses == [401, 401, 401, 401, 429]
    assert AccessAttempt.objects.get().username == "fiona"


@pytest.mark.parametrize("name", [LIGATURE, "fiona", WIDE])
def test_every_spelling_waits_for_the_same_lock(name: str) -> None:
    """The admin's page locks the name as it was typed, before its form has normalised it."""
    request = RequestFactory().post("/admin/login/", {"username": name})
    assert attempted_username(request) == "fiona"
    assert attempted_username(request, {"username": name}) == "fiona"


@pytest.mark.parametrize("name", [f" {LIGATURE}", "fiona\t", f"\u3000{WIDE} "])
def test_the_admin_waits_for_the_name_that_its_form_reads(name: str) -> None:
    """Or guesses at one account, made at the same moment, would be evaluated beside each other."""
    with patch.object(admin_site, "one_at_a_time", wraps=one_at_a_time) as waited:
        Client().post("/admin/login/", {"username": name, "password": "wrong"})
    request, given = waited.call_args.args
    assert attempted_username(request, {"username": given}) == "fiona"


@pytest.mark.parametrize("name", ["ﷺ" * 150, "ﷺ" * 250, "x" * 5000])
def test_the_admin_answers_a_name_that_nobody_can_have(name: str) -> None:
    answer = Client().post("/admin/login/", {"username": name, "password": "wrong"})
    assert answer.status_code == 200
