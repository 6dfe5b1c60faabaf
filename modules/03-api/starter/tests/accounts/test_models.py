"""People."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_person_is_called_by_username() -> None:
    assert str(UserFactory.build(username="ann")) == "ann"


def test_a_password_is_not_stored() -> None:
    ann = User.objects.create_user("ann", password="a long pass phrase")
    assert ann.check_password("a long pass phrase")
    assert "phrase" not in ann.password


def test_everybody_starts_as_a_reader() -> None:
    assert User.objects.create_user("ann").role == Role.READER


def test_a_superuser_is_an_admin() -> None:
    assert User.objects.create_superuser("root").role == Role.ADMIN


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        UserFactory.build(role="boss", password="x").full_clean()
    assert set(refusal.value.message_dict) == {"role"}
    with (
        pytest.raises(IntegrityError, match="accounts_user_role_known"),
        transaction.atomic(),
    ):
        User.objects.filter(pk=UserFactory().pk).update(role="boss")


@pytest.mark.parametrize(
    "email", ["ann@example.org", "Ann@example.org", "ANN@EXAMPLE.ORG"]
)
def test_an_address_has_one_owner_whatever_its_capitals(email: str) -> None:
    UserFactory(email="ann@example.org")
    with pytest.raises(ValidationError) as refusal:
        UserFactory.build(email=email, password="x").full_clean()
    assert set(refusal.value.message_dict) == {"email"}
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([UserFactory.build(email=email)])


def test_an_address_keeps_its_capitals() -> None:
    ann = UserFactory(email="Ann@example.org", password="x")
    ann.full_clean()
    assert ann.email == "Ann@example.org"


def test_many_may_have_no_address() -> None:
    UserFactory(email="")
    UserFactory.build(email="", password="x").full_clean()
    UserFactory(email="")
