# FILE SOLUTION 06
"""Each kind of unusual log-in, on both sides of its threshold: neither always nor never."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from anomalies.models import Anomaly, Block, LoginAttempt
from anomalies.tasks import forget_attempts
from audit.models import AuditEntry
from mail.models import Email
from tests.authentication.conftest import PASSWORD, ann
from tests.factories import UserFactory

__all__ = ["ann"]
pytestmark = pytest.mark.django_db
HOME, AWAY = "192.0.2.1", "198.51.100.1"


@pytest.fixture(autouse=True)
def limits(settings: Settings, ann: User) -> Iterator[None]:
    """Thresholds that a test can reach, no lock-out that would come before, and an admin."""
    cache.clear()
    settings.AXES_FAILURE_LIMIT = 1000
    settings.ANOMALY_RATE_ATTEMPTS = 4
    settings.ANOMALY_STUFFING_NAMES = 3
    settings.ANOMALY_LOCKS = ["credential_stuffing"]
    UserFactory(username="boss", email="boss@example.org", role=Role.ADMIN)
    yield
    cache.clear()


def log_in(name: str = "ann", password: str = PASSWORD, *, address: str = HOME) -> int:
    """The status of an attempt by the API."""
    sent = {"username": name, "password": password}
    client = APIClient(REMOTE_ADDR=address)
    return int(client.post("/api/v1/auth/login/", sent).status_code)


def fail(*names: str, address: str = HOME) -> list[int]:
    """The statuses of wrong passwords, one for each name."""
    return [log_in(name, "wrong", address=address) for name in names]


def kinds() -> list[str]:
    """What was reported, in order."""
    return list(Anomaly.objects.order_by("pk").values_list("kind", flat=True))


def ago(**span: float) -> None:
    """Put what was attempted so far back."""
    LoginAttempt.objects.update(at=timezone.now() - timedelta(**span))


def test_the_first_log_in_and_the_usual_address_are_nothing_new() -> None:
    log_in()
    log_in()
    assert kinds() == []


def test_a_new_address_is_reported_once() -> None:
    log_in()
    log_in(address=AWAY)
    assert kinds() == ["new_address"]
    log_in(address=AWAY)
    assert kinds() == ["new_address"]


def test_a_failure_from_a_new_address_is_not_a_log_in() -> None:
    log_in()
    fail("ann", address=AWAY)
    assert kinds() == []
    log_in(address=AWAY)
    assert kinds() == ["new_address"]


def test_the_address_of_one_account_is_new_to_another() -> None:
    bob = UserFactory(username="bob")
    bob.set_password(PASSWORD)
    bob.save()
    log_in("bob", address=AWAY)
    log_in("bob", address=HOME)
    log_in("ann", address=HOME)
    assert [str(a.account) for a in Anomaly.objects.all()] == ["bob"]


def test_addresses_of_one_ipv6_network_are_one() -> None:
    log_in(address="2001:db8::1")
    log_in(address="2001:db8::2")
    assert kinds() == []
    log_in(address="2001:db8:0:1::1")
    assert kinds() == ["new_address"]


@pytest.mark.parametrize(("days", "expected"), [(89, []), (91, ["new_address"])])
def test_an_address_is_forgotten_after_its_time(days: int, expected: list[str]) -> None:
    log_in(address=AWAY)
    ago(days=days)
    log_in(address=HOME)
    Anomaly.objects.all().delete()
    LoginAttempt.objects.filter(address=HOME).update(
        at=timezone.now() - timedelta(days=1)
    )
    log_in(address=AWAY)
    assert kinds() == expected


@pytest.mark.parametrize(("attempts", "expected"), [(3, []), (4, ["impossible_rate"])])
def test_an_impossible_rate_is_of_one_account_from_all_addresses(
    attempts: int, expected: list[str]
) -> None:
    for number in range(attempts):
        fail("ann", address=f"198.51.100.{number}")
    assert kinds() == expected


def test_the_rate_of_others_is_not_that_of_an_account() -> None:
    UserFactory(username="bob")
    for number in range(3):
        fail("ann", "bob", address=f"198.51.100.{number}")
    assert kinds() == []


@pytest.mark.parametrize(
    ("seconds", "expected"), [(3590, ["impossible_rate"]), (3610, [])]
)
def test_the_rate_is_counted_within_its_window(
    seconds: int, expected: list[str]
) -> None:
    fail("ann", "ann", "ann")
    ago(seconds=seconds)
    fail("ann")
    assert kinds() == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["eve", "mallory"], []),
        (["eve", "mallory", "trudy"], ["credential_stuffing"]),
        (["eve", "eve", "eve"], []),
        (["ann", "boss", "trudy"], ["credential_stuffing"]),
    ],
)
def test_credential_stuffing_is_many_names_from_one_address(
    names: list[str], expected: list[str]
) -> None:
    fail(*names)
    assert kinds() == expected


def test_names_from_many_addresses_are_not_stuffing_from_one() -> None:
    for number, name in enumerate(("eve", "mallory", "trudy")):
        fail(name, address=f"198.51.100.{number}")
    assert kinds() == []


def test_an_office_that_logs_in_is_not_stuffing() -> None:
    for name in ("bob", "carol", "dave"):
        user = UserFactory(username=name)
        user.set_password(PASSWORD)
        user.save()
        assert log_in(name) == 200
    assert kinds() == []


@pytest.mark.parametrize(
    ("seconds", "expected"), [(590, ["credential_stuffing"]), (610, [])]
)
def test_names_are_counted_within_their_window(
    seconds: int, expected: list[str]
) -> None:
    fail("eve", "mallory")
    ago(seconds=seconds)
    fail("trudy")
    assert kinds() == expected


def test_stuffing_locks_the_address_and_no_other() -> None:
    assert fail("eve", "mallory", "trudy") == [401, 401, 401]
    assert log_in() == 429
    assert log_in(address=AWAY) == 200
    before = AuditEntry.objects.count(), LoginAttempt.objects.count()
    assert fail("ann", "victor") == [429, 429]
    assert (AuditEntry.objects.count(), LoginAttempt.objects.count()) == before


def test_the_admins_page_is_locked_as_well(ann: User) -> None:
    User.objects.update(is_staff=True)
    fail("eve", "mallory", "trudy")
    sent = {"username": "ann", "password": PASSWORD}
    for address, status in ((HOME, 429), (AWAY, 302)):
        answer = Client(REMOTE_ADDR=address).post("/admin/login/", sent)
        assert answer.status_code == status


def test_a_lock_ends() -> None:
    fail("eve", "mallory", "trudy")
    Block.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert log_in() == 200


@pytest.mark.parametrize(("locks", "status"), [([], 200), (["impossible_rate"], 429)])
def test_accounts_are_locked_only_where_it_is_asked_for(
    settings: Settings, locks: list[str], status: int
) -> None:
    settings.ANOMALY_LOCKS = locks
    fail("ann", "ann", "ann", "ann", address=AWAY)
    assert kinds() == ["impossible_rate"]
    assert log_in() == status
    assert fail("boss") == [401]


def test_nothing_locks_where_nothing_is_asked_for(settings: Settings) -> None:
    settings.ANOMALY_LOCKS = []
    fail("eve", "mallory", "trudy")
    assert kinds() == ["credential_stuffing"]
    assert log_in() == 200


def test_admins_get_a_mail_and_the_owner_of_a_new_address_too(ann: User) -> None:
    log_in()
    log_in(address=AWAY)
    mails = Email.objects.order_by("to")
    assert {mail.to for mail in mails} == {ann.email, "boss@example.org"}
    for mail in mails:
        assert AWAY in mail.body
        assert "Account: ann" in mail.body


def test_of_stuffing_only_admins_get_a_mail_and_no_name_stands_in_it() -> None:
    UserFactory(
        username="closed", email="c@example.org", role=Role.ADMIN, is_active=False
    )
    fail("ann", "mallory", "trudy", "victor")
    mail = Email.objects.get()
    assert mail.to == "boss@example.org"
    assert "Names: 3" in mail.body
    assert "ann" not in mail.body.replace("anybody", "")
    assert "mallory" not in str(LoginAttempt.objects.values_list())


def test_the_audit_log_has_it_once(ann: User) -> None:
    log_in()
    log_in(address=AWAY)
    entry = AuditEntry.objects.get(action="login_anomaly")
    assert (entry.object_type, entry.object_id) == ("accounts.user", str(ann.pk))
    assert entry.details == {"kind": "new_address", "known_addresses": 1}
    assert entry.address == AWAY


def test_it_is_counted(
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    def counted() -> float:
        labels = {"kind": "credential_stuffing"}
        return REGISTRY.get_sample_value("platform_login_anomalies_total", labels) or 0

    before = counted()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        fail("eve", "mallory", "trudy")
    assert counted() == before + 1


def test_old_attempts_and_blocks_are_forgotten() -> None:
    fail("eve", "mallory", "trudy")
    ago(days=91)
    Block.objects.update(until=timezone.now() - timedelta(seconds=1))
    fail("eve")
    assert forget_attempts() == 3
    assert LoginAttempt.objects.count() == 1
    assert not Block.objects.exists()
