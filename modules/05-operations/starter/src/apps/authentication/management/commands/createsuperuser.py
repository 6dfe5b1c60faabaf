"""Django's `createsuperuser`, with an entry in the audit log."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record


class Command(createsuperuser.Command):
    """As Django has it. Who typed it is not known; the shell's own log may tell."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Make the account and write it down: both or neither."""
        superusers = User.objects.filter(is_superuser=True)
        with transaction.atomic(using=options["database"]):
            before = set(superusers.values_list("pk", flat=True))
            said = super().handle(*args, **options)
            for user in superusers.exclude(pk__in=before):
                record(action=Action.CREATED, actor=None, target=user, superuser=True)
        return said
