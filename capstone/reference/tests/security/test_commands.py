# FILE SOLUTION 04
"""What is done to accounts at a shell is in the audit log, too."""

from io import StringIO

import pytest
from django.core.management import call_command
from pytest_mock import MockerFixture

from accounts.models import User
from audit.models import AuditEntry
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def written() -> list[tuple[str, str, str]]:
    fields = ("actor_name", "action", "object_id")
    return list(AuditEntry.objects.values_list(*fields))


def test_a_superuser_is_made() -> None:
    names = {"username": "root", "email": "root@example.org", "interactive": False}
    call_command("createsuperuser", stdout=StringIO(), **names)
    assert written() == [("", "created", str(User.objects.get().pk))]


def test_a_password_is_changed(mocker: MockerFixture) -> None:
    ann, ben = UserFactory(username="ann"), UserFactory(username="ben")
    typed = "django.contrib.auth.management.commands.changepassword.getpass.getpass"
    mocker.patch(typed, return_value="correct horse battery")
    call_command("changepassword", ann.username, stdout=StringIO())
    ann.refresh_from_db()
    assert ann.check_password("correct horse battery")
    assert ann.session_epoch == 1
    assert written() == [("", "password_changed", str(ann.pk))]
    assert User.objects.get(pk=ben.pk).password == ben.password


def test_what_cannot_be_written_down_does_not_happen(mocker: MockerFixture) -> None:
    module = "authentication.management.commands.createsuperuser"
    mocker.patch(f"{module}.record", side_effect=RuntimeError)
    with pytest.raises(RuntimeError):
        call_command(
            "createsuperuser",
            username="root",
            email="root@example.org",
            interactive=False,
            stdout=StringIO(),
        )
    assert not User.objects.exists()
