# FILE SOLUTION 06
"""Entries beside the chain, of which a person says that they are genuine."""

from typing import TYPE_CHECKING

from django.db import transaction

from audit.actions import Action
from audit.chain import link, wait_for_turn
from audit.models import AuditEntry
from audit.services import record

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def adopt(*, by: "User") -> int:
    """Chain every entry that is not, in order, and write down who vouched for which; how many."""
    wait_for_turn()
    strays = list(AuditEntry.objects.filter(link__isnull=True).order_by("pk"))
    for entry in strays:
        link(entry)
    if strays:
        record(action=Action.CHAINED, actor=by, entries=[entry.pk for entry in strays])
    return len(strays)
