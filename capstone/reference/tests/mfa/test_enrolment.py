# FILE SOLUTION 06
"""To begin with a second factor, and to end it."""

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from accounts.models import User
from audit.models import AuditEntry
from mfa.encryption import UnreadableSecretError, decrypt, encrypt
from mfa.models import RecoveryCode, SecondFactor
from mfa.recovery import digest_of, new_codes
from tests.authentication.conftest import PASSWORD
from tests.mfa.conftest import Person

pytestmark = pytest.mark.django_db


def actions(user: User) -> list[str]:
    """What the audit log says of somebody's second factor."""
    entries = AuditEntry.objects.filter(
        object_id=str(user.pk), action__startswith="mfa"
    )
    return list(entries.order_by("pk").values_list("action", flat=True))


def test_nobody_is_asked_before_it_is_confirmed(starter: Person) -> None:
    starter.post("enrol", password=PASSWORD)
    assert starter.password_step().status_code == 200


def test_it_begins_with_the_password(starter: Person) -> None:
    answer = starter.post("enrol", password="wrong")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/password"
    assert not SecondFactor.objects.exists()
    failed = AuditEntry.objects.filter(action="login_failed")
    assert failed.count() == 1  # whoever holds a session may not guess the password


def test_beginning_again_makes_another_secret(starter: Person) -> None:
    first, second = (starter.post("enrol", password=PASSWORD) for _ in range(2))
    assert first.json()["secret"] != second.json()["secret"]
    assert SecondFactor.objects.count() == 1


def test_a_wrong_code_confirms_nothing(starter: Person) -> None:
    starter.post("enrol", password=PASSWORD)
    answer = starter.post("confirm", code="not it")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/code"
    assert starter.password_step().status_code == 200
    assert actions(starter.user) == ["mfa_enrolled", "mfa_failed"]


def test_it_is_confirmed_by_a_code_and_gives_recovery_codes(person: Person) -> None:
    assert len(set(person.recovery)) == 10
    assert person.password_step().status_code == 202
    assert actions(person.user) == ["mfa_enrolled", "mfa_confirmed"]


@pytest.mark.parametrize(
    ("path", "sent"),
    [("enrol", {"password": PASSWORD}), ("confirm", {"code": "123456"})],
)
def test_there_is_one_second_factor_at_most(
    person: Person, path: str, sent: dict[str, str]
) -> None:
    before = SecondFactor.objects.values().get()
    answer = person.post(path, **sent)
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert SecondFactor.objects.values().get() == before


@pytest.mark.parametrize("path", ["disable", "recovery-codes"])
def test_without_one_there_is_nothing_to_end_or_renew(
    starter: Person, path: str
) -> None:
    assert starter.post(path, password=PASSWORD, code="123456").status_code == 409


def test_it_ends_by_password_and_code(person: Person) -> None:
    answer = person.post("disable", password=PASSWORD, code=person.phone.code())
    assert answer.status_code == 204
    assert person.password_step().status_code == 200
    assert not RecoveryCode.objects.exists()
    assert actions(person.user)[-1] == "mfa_disabled"


@pytest.mark.parametrize("path", ["disable", "recovery-codes"])
def test_the_password_alone_or_the_code_alone_is_not_enough(
    person: Person, path: str
) -> None:
    before = set(RecoveryCode.objects.values_list("digest", flat=True))
    wrong = person.post(path, password="wrong", code=person.phone.code())
    assert wrong.json()["errors"][0]["pointer"] == "#/password"
    wrong = person.post(path, password=PASSWORD, code=person.phone.wrong())
    assert wrong.json()["errors"][0]["pointer"] == "#/code"
    assert person.password_step().status_code == 202
    assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before


def test_renewed_recovery_codes_take_the_place_of_the_old(person: Person) -> None:
    answer = person.post("recovery-codes", password=PASSWORD, code=person.phone.code())
    assert answer.status_code == 200
    fresh = answer.json()["codes"]
    assert not set(fresh) & set(person.recovery)
    assert person.code_step(person.recovery[0]).status_code == 401
    assert person.code_step(fresh[0]).status_code == 200


def test_neither_secret_nor_recovery_codes_are_in_the_database(person: Person) -> None:
    factor = SecondFactor.objects.get()
    secret = decrypt(factor.secret)
    assert secret == person.phone.secret
    assert secret.hex() not in factor.secret
    stored = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert stored == {digest_of(code) for code in person.recovery}
    assert not stored & {code.replace("-", "") for code in person.recovery}


def test_a_new_key_opens_what_an_old_one_closed(settings: Settings) -> None:
    settings.MFA_ENCRYPTION_KEYS = ["the first"]
    closed = encrypt(b"secret")
    settings.MFA_ENCRYPTION_KEYS = ["the second", "the first"]
    assert decrypt(closed) == b"secret"
    settings.MFA_ENCRYPTION_KEYS = ["the second"]
    with pytest.raises(UnreadableSecretError):
        decrypt(closed)


def test_without_keys_of_its_own_it_is_the_secret_key(settings: Settings) -> None:
    settings.SECRET_KEY = "before"
    closed = encrypt(b"secret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "after", ["before"]
    assert decrypt(closed) == b"secret"


def test_recovery_codes_are_read_as_people_type_them() -> None:
    for code in new_codes():
        plain = code.replace("-", "")
        typed = (code.lower(), plain, f" {code} ", code.replace("-", " "))
        assert {digest_of(text) for text in typed} == {digest_of(code)}
        assert len(plain) * 5 >= 112


def test_the_database_itself_wants_a_code_for_a_confirmed_one(person: Person) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondFactor.objects.update(last_counter=-1)
