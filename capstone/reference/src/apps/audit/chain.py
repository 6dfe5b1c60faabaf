# FILE SOLUTION 06
"""The hash chain of the audit log: each entry is hashed with the hash of the one before it."""

import json
from datetime import UTC
from hashlib import sha256

from django.db import connection, transaction

from audit.models import AuditEntry, AuditLink

# What stands before the first entry.
GENESIS = "0" * 64
# Of an entry, all that is stored. A column that comes later is none of these: the digests of old
# entries must stay what they are (docs/adr/0015).
HASHED = (
    "id",
    "actor_id",
    "actor_name",
    "action",
    "object_type",
    "object_id",
    "address",
    "request_id",
    "details",
)
# "auditlog" in ASCII: a number that nothing else locks.
LOCK = int.from_bytes(b"auditlog")


@transaction.atomic
def append(entry: AuditEntry) -> AuditLink:
    """Save a new entry, and chain it to the last one.

    Entries are chained one after the other, each in its own transaction's turn: the lock is held
    until that ends, because only then is it sure that the entry stays. So write the log last.
    """
    wait_for_turn()
    entry.save()
    return link(AuditEntry.objects.get(pk=entry.pk))  # as the database keeps it


def wait_for_turn() -> None:
    """Hold the end of the chain until the transaction ends.

    A lock of PostgreSQL's own, which no row and no sequence could replace: a row would be updated,
    which the application may not, and a sequence hands out numbers that a rollback leaves unused.
    On SQLite only one transaction writes at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def link(entry: AuditEntry) -> AuditLink:
    """Chain an entry that is stored, while it is our turn."""
    last = AuditLink.objects.order_by("position").last()
    position, previous = (last.position + 1, last.digest) if last else (1, GENESIS)
    digest = digest_of(entry, position=position, previous=previous)
    return AuditLink.objects.create(
        position=position, entry=entry, previous=previous, digest=digest
    )


def digest_of(entry: AuditEntry, *, position: int, previous: str) -> str:
    """SHA-256, in hexadecimal digits, over the place and the content of an entry.

    The content is JSON with sorted keys and nothing between them, the moment in UTC.
    """
    content = {name: getattr(entry, name) for name in HASHED}
    content["created_at"] = entry.created_at.astimezone(UTC).isoformat()
    content |= {"position": position, "previous": previous}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
