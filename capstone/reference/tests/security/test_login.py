# FILE SOLUTION 04
"""Guessing passwords and finding out who has an account."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from time import process_time, sleep
from typing import Any
from unittest.mock import patch

import pytest
from axes.models import AccessAttempt
from django.db import connection, connections
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from tests.authentication.conftest import PASSWORD
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIMIT = 5


def log_in(username: str, password: str, address: str = "203.0.113.5") -> Response:
    sent = {"username": username, "password": password}
    return APIClient(REMOTE_ADDR=address).post("/api/v1/auth/login/", sent)


def fail(username: str, times: int = LIMIT, address: str = "203.0.113.5") -> list[int]:
    return [log_in(username, "wrong", address).status_code for _ in range(times)]


def problem_of(answer: Any) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    return problem


class TestLockOut:
    def test_after_too_many_failures_the_right_password_is_wrong(
        self, ann: User
    ) -> None:
        assert fail("ann") == [401] * (LIMIT - 1) + [429]
        answer = log_in("ann", PASSWORD)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "900"
        assert problem_of(answer)["code"] == "locked_out"

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("2001:db8:0:1:ffff:ffff:ffff:ffff", 429),
            ("2001:db8:0:2::1", 200),
            ("192.0.2.7", 200),
        ],
    )
    def test_an_ipv6_network_is_locked_out_as_one_address(
        self, address: str, status: int, ann: User
    ) -> None:
        guesses = [
            log_in("ann", "wrong", f"2001:db8:0:1::{n}").status_code
            for n in range(LIMIT)
        ]
        assert guesses == [401] * (LIMIT - 1) + [429]
        assert log_in("ann", PASSWORD, address).status_code == status

    def test_an_ipv4_address_is_the_same_in_ipv6(self, ann: User) -> None:
        fail("ann", address="192.0.2.7")
        assert log_in("ann", PASSWORD, "::ffff:192.0.2.7").status_code == 429

    def test_it_hits_nobody_else(self, ann: User) -> None:
        ben = UserFactory(username="ben")
        ben.set_password(PASSWORD)
        ben.save()
        fail("ann")
        assert log_in("ben", PASSWORD).status_code == 200
        assert log_in("ann", PASSWORD, address="203.0.113.6").status_code == 200

    def test_it_passes_and_further_attempts_do_not_prolong_it(
        self, ann: User, settings: Settings
    ) -> None:
        fail("ann", LIMIT + 3)
        attempt = AccessAttempt.objects.get()
        attempt.attempt_time -= timedelta(seconds=899)
        attempt.save()
        assert log_in("ann", PASSWORD).status_code == 429
        attempt.attempt_time -= timedelta(seconds=2)
        attempt.save()
        assert log_in("ann", PASSWORD).status_code == 200

    def test_success_wipes_the_slate(self, ann: User) -> None:
        for _ in range(3):
            assert set(fail("ann", LIMIT - 1)) == {401}
            assert log_in("ann", PASSWORD).status_code == 200

    def test_the_admin_has_the_same_lock(self, ann: User) -> None:
        fail("ann", LIMIT - 1)
        ann.is_staff = True
        ann.save()
        browser = Client(REMOTE_ADDR="203.0.113.5")
        wrong = {"username": "ann", "password": "wrong"}
        answer = browser.post("/admin/login/", wrong)
        assert answer.status_code == 429
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        right = {"username": "ann", "password": PASSWORD}
        assert browser.post("/admin/login/", right).status_code == 429
        assert log_in("ann", PASSWORD).status_code == 429

    def test_another_browser_is_not_another_address(self, ann: User) -> None:
        client = APIClient(REMOTE_ADDR="203.0.113.5")
        sent = {"username": "ann", "password": "wrong"}
        for number in range(LIMIT):
            headers = {
                "User-Agent": f"browser {number}",
                "X-Forwarded-For": f"198.51.100.{number}",
            }
            answer = client.post("/api/v1/auth/login/", sent, headers=headers)
        assert answer.status_code == 429

    def test_it_is_written_down(self, ann: User) -> None:
        fail("ann")
        entry = AuditEntry.objects.get(action="locked_out")
        assert (entry.object_id, entry.address) == (str(ann.pk), "203.0.113.5")

    def test_what_is_refused_writes_nothing(self, ann: User) -> None:
        """Entries stay for good: nobody may fill the log."""
        fail("ann", LIMIT + 10)
        log_in("ann", PASSWORD)
        actions = AuditEntry.objects.values_list("action", flat=True)
        assert Counter(actions) == {"login_failed": LIMIT, "locked_out": 1}


class TestOwnPassword:
    """Whoever holds a session may not guess the password behind it."""

    def guess(self, client: APIClient, current: str) -> int:
        sent = {"current_password": current, "new_password": "another good one"}
        return client.post("/api/v1/auth/password/", sent).status_code

    def test_guesses_over_the_api_lock_out(self, ann: User) -> None:
        client = APIClient(REMOTE_ADDR="203.0.113.5")
        client.force_login(ann)
        statuses = [self.guess(client, "wrong") for _ in range(LIMIT)]
        assert statuses == [400] * (LIMIT - 1) + [429]
        assert self.guess(client, PASSWORD) == 429
        assert log_in("ann", PASSWORD).status_code == 429
        ann.refresh_from_db()
        assert ann.check_password(PASSWORD)
        failed = AuditEntry.objects.filter(action="login_failed")
        assert failed.count() == LIMIT

    def test_guesses_in_the_admin_lock_out(self, ann: User) -> None:
        ann.is_staff = True
        ann.save()
        browser = Client(REMOTE_ADDR="203.0.113.5")
        browser.force_login(ann)
        new = {"new_password1": "another good one", "new_password2": "another good one"}
        statuses = [
            browser.post(
                "/admin/password_change/", {"old_password": old} | new
            ).status_code
            for old in ["wrong"] * LIMIT + [PASSWORD]
        ]
        assert statuses == [200] * (LIMIT - 1) + [429, 429]
        ann.refresh_from_db()
        assert ann.check_password(PASSWORD)

    def test_the_right_one_changes_it_in_the_admin(self, ann: User) -> None:
        ann.is_staff = True
        ann.save()
        browser = Client()
        browser.force_login(ann)
        sent = {
            "old_password": PASSWORD,
            "new_password1": "another good one",
            "new_password2": "another good one",
        }
        assert browser.post("/admin/password_change/", sent).status_code == 302
        entry = AuditEntry.objects.get(action="password_changed")
        assert (entry.actor, entry.object_id) == (ann, str(ann.pk))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_of_many_guesses_at_once_no_more_are_evaluated_than_one_after_the_other(
    ann: User,
) -> None:
    """Each looks how many have failed before it hashes, which takes its time."""
    evaluated: list[str] = []

    def check(user: User, password: str) -> bool:
        evaluated.append(password)
        sleep(0.05)
        return password == PASSWORD

    def guess(number: int) -> int:
        try:
            return log_in("ann", f"guess {number}").status_code
        finally:
            connections.close_all()

    with patch.object(User, "check_password", check), ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(guess, range(20)))
    assert len(evaluated) == LIMIT
    assert sorted(statuses) == [401] * (LIMIT - 1) + [429] * (20 - LIMIT + 1)


class TestThrottle:
    @pytest.fixture(autouse=True)
    def low_rate(self, settings: Settings) -> None:
        rates = settings.THROTTLE_RATES
        settings.THROTTLE_RATES = rates | {"login": "3/minute", "register": "2/hour"}

    def test_many_names_from_one_address(self) -> None:
        statuses = [log_in(f"user{n}", "Winter2026").status_code for n in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        assert log_in("user9", "Winter2026", "203.0.113.6").status_code == 401

    def test_a_forwarded_address_is_not_believed(self) -> None:
        client = APIClient(REMOTE_ADDR="203.0.113.5")
        sent = {"username": "x", "password": "y"}
        statuses = [
            client.post(
                "/api/v1/auth/login/",
                sent,
                headers={"X-Forwarded-For": f"198.51.100.{n}"},
            ).status_code
            for n in range(4)
        ]
        assert statuses == [401, 401, 401, 429]

    def test_the_admin_counts_in(self) -> None:
        for number in range(3):
            log_in(f"user{number}", "Winter2026")
        browser = Client(REMOTE_ADDR="203.0.113.5")
        answer = browser.post("/admin/login/", {"username": "x", "password": "y"})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert browser.get("/admin/login/").status_code == 200

    def test_registration(self, client: APIClient) -> None:
        statuses = [register(client, f"user{n}").status_code for n in range(3)]
        assert statuses == [202, 202, 429]
        assert User.objects.count() == 2


def register(client: APIClient, username: str, **changes: str) -> Response:
    sent = {"username": username, "email": f"{username}@example.org"}
    sent |= {"password": "correct horse battery"} | changes
    return client.post("/api/v1/auth/register/", sent)


class TestEnumeration:
    @pytest.fixture(autouse=True)
    def people(self, ann: User) -> None:
        UserFactory(username="closed", is_active=False)
        User.objects.filter(pk=ann.pk).update(email="Ann@example.org")

    def test_log_in_does_not_tell(self) -> None:
        bodies = [
            problem_of(log_in(name, "wrong")) for name in ("ann", "closed", "none")
        ]
        assert bodies[0] == bodies[1] == bodies[2]

    def test_the_lock_does_not_tell(self) -> None:
        names = ("ann", "closed", "none")
        assert fail("ann") == fail("closed") == fail("none")
        bodies = [problem_of(log_in(name, "wrong")) for name in names]
        assert bodies[0] == bodies[1] == bodies[2]

    def test_a_closed_account_stays_out_with_the_right_password(
        self, ann: User
    ) -> None:
        ann.is_active = False
        ann.save()
        assert problem_of(log_in("ann", PASSWORD)) == problem_of(log_in("none", "x"))

    @pytest.mark.parametrize(
        "changes",
        [{"username": "ann"}, {"email": "ann@example.org"}, {"username": "closed"}],
    )
    def test_registration_does_not_tell(
        self, changes: dict[str, str], client: APIClient
    ) -> None:
        free = register(client, "new")
        before = User.objects.count()
        taken = register(client, **({"username": "newer"} | changes))
        assert (taken.status_code, taken.content) == (202, free.content)
        assert set(taken.headers) == set(free.headers)
        assert User.objects.count() == before
        assert log_in("ann", PASSWORD).status_code == 200

    def test_it_takes_as_long_whoever_is_asked_for(self, settings: Settings) -> None:
        """With the real hash. Medians, and a wide margin: a hash costs 30 times a look-up."""
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        for user in User.objects.all():
            user.set_password(PASSWORD)
            user.save()
        client = APIClient()

        def seconds(name: str, path: str) -> float:
            begin = process_time()
            sent = {"username": name, "password": "wrong pass phrase"}
            client.post(path, sent | {"email": f"{name}@example.org"})
            return process_time() - begin

        for path in ("/api/v1/auth/login/", "/api/v1/auth/register/"):
            taken, free = (
                median(seconds(name.format(n), path) for n in range(5))
                for name in ("ann", f"free{{}}{len(path)}")
            )
            assert 0.4 < taken / free < 2.5


class TestMassAssignment:
    PRIVILEGES = {
        "role": "admin",
        "is_staff": True,
        "is_superuser": True,
        "is_active": True,
        "id": 1,
        "session_epoch": 7,
    }

    def test_nobody_registers_with_privileges(self, client: APIClient) -> None:
        answer = register(client, "eve", **self.PRIVILEGES)  # type: ignore[arg-type]
        assert answer.status_code in (202, 400)
        for eve in User.objects.filter(username="eve"):
            assert (eve.role, eve.is_staff, eve.is_superuser) == (
                Role.READER,
                False,
                False,
            )

    def test_nobody_logs_in_with_privileges(self, ann: User) -> None:
        sent = {"username": "ann", "password": PASSWORD} | self.PRIVILEGES
        assert APIClient().post("/api/v1/auth/login/", sent).status_code in (200, 400)
        ann.refresh_from_db()
        assert (ann.role, ann.is_staff) == (Role.CONTRIBUTOR, False)
