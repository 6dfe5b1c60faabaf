"""People."""

import pytest

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_person_is_called_by_username() -> None:
    assert str(UserFactory.build(username="ann")) == "ann"


def test_a_password_is_not_stored() -> None:
    ann = User.objects.create_user("ann", password="a long pass phrase")
    assert ann.check_password("a long pass phrase")
    assert "phrase" not in ann.password


# TODO(02): test the roles and the addresses, what is refused and what is accepted
# (brief, task 1).
