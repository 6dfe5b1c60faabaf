# FILE SOLUTION 04
"""Django's `changepassword`, with an entry in the audit log."""

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from authentication.sessions import forget_sessions


class Command(changepassword.Command):
    """As Django has it. Who typed it is not known; the shell's own log may tell."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Change the password, end every session, and write both down: all of it or nothing."""
        with transaction.atomic(using=options["database"]):
            before = dict(User.objects.values_list("pk", "password"))
            said = super().handle(*args, **options)
            for user in User.objects.filter(username=options["username"]):
                if before.get(user.pk) != user.password:
                    forget_sessions(user)
                    record(action=Action.PASSWORD_CHANGED, actor=None, target=user)
        return said
