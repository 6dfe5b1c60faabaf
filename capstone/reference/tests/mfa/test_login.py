# FILE SOLUTION 06
"""A log-in in two steps, and who does not get through."""

from collections.abc import Callable
from time import time

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from authentication.models import Session
from authentication.sessions import end_all_sessions
from mfa.models import RecoveryCode, SecondFactor
from tests.authentication.conftest import PASSWORD, works
from tests.mfa.conftest import Person, later

pytestmark = pytest.mark.django_db


def count(action: str) -> int:
    """How often the audit log says so."""
    return AuditEntry.objects.filter(action=action).count()


def test_without_a_second_factor_nothing_is_new(starter: Person) -> None:
    answer = starter.password_step()
    assert (answer.status_code, set(answer.json())) == (200, {"access", "refresh"})


def test_the_password_is_not_a_log_in_yet(person: Person) -> None:
    before = count("logged_in")
    answer = person.password_step()
    assert answer.status_code == 202
    assert set(answer.json()) == {"challenge", "expires_in"}
    assert answer.json()["expires_in"] == 300
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Session.objects.exists()
    assert count("logged_in") == before
    assert not works(answer.json()["challenge"])


def test_a_code_makes_it_one(person: Person) -> None:
    answer = person.code_step(person.phone.code())
    assert answer.status_code == 200
    assert works(answer.json()["access"])
    assert (
        AuditEntry.objects.filter(action="logged_in").latest("pk").actor == person.user
    )


def test_who_has_a_second_factor_is_told_to_nobody_else(person: Person) -> None:
    wrong = person.password_step(password="wrong").json()
    unknown = person.password_step(username="eve").json()
    assert wrong == unknown


def test_a_code_is_good_once(person: Person) -> None:
    code = person.phone.code()
    assert person.code_step(code).status_code == 200
    assert person.code_step(code).status_code == 401
    assert count("mfa_failed") == 1


def test_a_code_before_a_spent_one_is_spent_too(person: Person) -> None:
    assert person.code_step(person.phone.code(steps=1)).status_code == 200
    assert person.code_step(person.phone.code(steps=0)).status_code == 401


def test_the_code_that_confirmed_is_spent(person: Person) -> None:
    assert person.code_step(person.phone.code(steps=0)).status_code == 401


def test_a_recovery_code_is_good_once(person: Person) -> None:
    first, second, *_ = person.recovery
    assert person.code_step(first.lower()).status_code == 200
    assert person.code_step(first).status_code == 401
    assert person.code_step(second).status_code == 200
    used = AuditEntry.objects.filter(action="mfa_recovery_code_used").order_by("pk")
    assert [entry.details for entry in used] == [{"left": 9}, {"left": 8}]


def test_nobody_uses_another_ones_codes(
    person: Person, django_user_model: type[User]
) -> None:
    other = django_user_model.objects.create_user("bob", password=PASSWORD)
    theirs = SecondFactor.objects.get()
    theirs.pk, theirs.user = None, other
    theirs.secret, theirs._state.adding = "unreadable", True
    theirs.save()
    challenge = person.password_step(username="bob").json()["challenge"]
    for code in (person.phone.code(), person.recovery[0]):
        assert person.code_step(code, challenge).status_code == 401


SPOILED: dict[str, Callable[[str], str]] = {
    "empty": lambda challenge: "x",
    "of another user": lambda challenge: challenge[::-1],
    "signed otherwise": lambda challenge: challenge[:-1] + "_",
    "huge": lambda challenge: challenge * 1000,
    "in another script": lambda challenge: "\u0661" * 20,
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_challenge_is_ours_or_nothing(
    person: Person, spoil: Callable[[str], str]
) -> None:
    challenge = person.challenge()
    assert person.code_step(person.phone.code(), spoil(challenge)).status_code == 401
    assert person.code_step(person.phone.code(steps=1), challenge).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (302, 401)])
def test_a_challenge_has_its_time(
    person: Person, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    challenge = person.challenge()
    then = time() + seconds
    monkeypatch.setattr("django.core.signing.time.time", lambda: then)
    assert person.code_step(person.recovery[0], challenge).status_code == status


def _password(user: User) -> None:
    user.set_password("another horse battery")
    user.save()


VOID: dict[str, Callable[[User], object]] = {
    "a new password": _password,
    "a log-out everywhere": lambda user: end_all_sessions(user=user, by=user),
    "a closed account": lambda user: User.objects.filter(pk=user.pk).update(
        is_active=False
    ),
    "no second factor any more": lambda user: SecondFactor.objects.all().delete(),
}


@pytest.mark.parametrize("change", VOID.values(), ids=VOID)
def test_a_challenge_is_void_after(
    person: Person, change: Callable[[User], object]
) -> None:
    challenge = person.challenge()
    change(person.user)
    assert person.code_step(person.recovery[0], challenge).status_code == 401


def test_guessing_is_stopped_at_the_limit_and_not_before(
    person: Person, settings: Settings
) -> None:
    settings.MFA_FAILURE_LIMIT = 3
    for _ in range(2):
        assert person.code_step(person.phone.wrong()).status_code == 401
    assert person.code_step(person.phone.code()).status_code == 200  # resets the count
    for _ in range(3):
        assert person.code_step(person.phone.wrong()).status_code == 401
    refused = person.code_step(person.phone.code(steps=1))
    assert refused.status_code == 429
    assert refused.json()["code"] == "locked_out"
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert person.code_step(person.recovery[0]).status_code == 429
    assert (count("mfa_failed"), count("mfa_locked_out")) == (5, 1)
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 0


def test_the_lock_is_the_accounts_and_holds_for_its_own_pages(
    person: Person, settings: Settings
) -> None:
    settings.MFA_FAILURE_LIMIT = 1
    person.code_step(person.phone.wrong())
    answer = person.post("disable", password=PASSWORD, code=person.phone.code())
    assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")
    assert SecondFactor.objects.exists()


@pytest.mark.parametrize(("seconds", "status"), [(890, 429), (901, 200)])
def test_the_lock_ends_after_its_time(
    person: Person,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    status: int,
) -> None:
    settings.MFA_FAILURE_LIMIT = 1
    person.code_step(person.phone.wrong())
    later(monkeypatch, seconds=seconds)
    settings.MFA_CHALLENGE_SECONDS = 10_000
    assert person.code_step(person.phone.code()).status_code == status


def test_a_secret_that_cannot_be_read_lets_nobody_in_but_by_recovery_codes(
    person: Person, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MFA_ENCRYPTION_KEYS = ["another"]
    assert person.code_step(person.phone.code()).status_code == 401
    assert "cannot be decrypted" in caplog.text
    assert person.code_step(person.recovery[0]).status_code == 200


def test_log_ins_are_throttled_by_address(person: Person, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"login": "2/day"}
    challenge = person.challenge()
    assert person.code_step(person.phone.wrong(), challenge).status_code == 401
    assert person.code_step(person.phone.code(), challenge).status_code == 429


def test_codes_are_counted(
    person: Person, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    def counted(outcome: str) -> float:
        name = "platform_second_factor_codes_total"
        return REGISTRY.get_sample_value(name, {"outcome": outcome}) or 0.0

    before = counted("wrong"), counted("accepted")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        person.code_step(person.phone.wrong())
        person.code_step(person.phone.code())
    assert (counted("wrong"), counted("accepted")) == (before[0] + 1, before[1] + 1)


@pytest.fixture
def staff(person: Person) -> Person:
    """Ann, who may use the admin."""
    User.objects.update(is_staff=True, is_superuser=True)
    return person


def enter_admin(person: Person, **sent: str) -> bool:
    """Whether the admin's log-in page lets somebody in."""
    client = Client()
    client.post("/admin/login/", {"username": "ann", "password": PASSWORD} | sent)
    return "_auth_user_id" in client.session


def test_the_admin_asks_for_the_code_as_well(staff: Person) -> None:
    assert not enter_admin(staff)
    assert not enter_admin(staff, code=staff.phone.wrong())
    assert not enter_admin(staff, code=staff.phone.code(), password="wrong")
    assert enter_admin(staff, code=staff.phone.code(steps=1))
    assert not enter_admin(staff, code=staff.phone.code(steps=1))
    assert enter_admin(staff, code=staff.recovery[0])


def test_the_admin_shows_where_the_code_goes(client: APIClient) -> None:
    page = client.get("/admin/login/").content.decode()
    assert 'name="code"' in page
    assert 'autocomplete="one-time-code"' in page
    assert 'name="username"' in page


def test_the_admin_without_a_second_factor_is_as_before(starter: Person) -> None:
    User.objects.update(is_staff=True)
    assert enter_admin(starter)


def test_who_lost_everything_is_let_in_by_hand(person: Person) -> None:
    call_command("reset_second_factor", "ann", "--by", "ann")
    assert person.password_step().status_code == 200
    assert AuditEntry.objects.get(action="mfa_reset").actor == person.user
    with pytest.raises(CommandError, match="no second factor"):
        call_command("reset_second_factor", "ann", "--by", "ann")
    with pytest.raises(CommandError, match="Nobody is called eve"):
        call_command("reset_second_factor", "eve", "--by", "ann")
