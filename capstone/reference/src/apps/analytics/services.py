# FILE SOLUTION 05
"""Counting visits. Each service is one transaction, and none of them counts anything twice."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F
from django.db.models.functions import TruncDate

from analytics.models import DailyVisits, Visit
from posts.models import Post

AT_ONCE = 10_000


@transaction.atomic
def record_visit(*, visit_id: UUID, post_id: int, seen_at: datetime) -> None:
    """Note a visit once; of a post that is gone, nothing."""
    if Post.objects.filter(pk=post_id).exists():
        given = {"post_id": post_id, "seen_at": seen_at}
        Visit.objects.get_or_create(pk=visit_id, defaults=given)


@transaction.atomic
def roll_up_visits(*, before: datetime) -> int:
    """Aggregate visits before that moment by day, and delete them; how many.

    A visit is deleted in the transaction that counts it, and locked first, so that two that roll up
    at once share the work.
    """
    old = Visit.objects.filter(seen_at__lt=before).order_by("pk")
    ids = [visit.pk for visit in old.select_for_update(skip_locked=True)[:AT_ONCE]]
    mine = Visit.objects.filter(pk__in=ids).order_by()
    days = mine.values("post_id", day=TruncDate("seen_at", tzinfo=UTC)).annotate(
        number=Count("pk")
    )
    for row in days:
        day, _ = DailyVisits.objects.get_or_create(
            post_id=row["post_id"], seen_on=row["day"]
        )
        DailyVisits.objects.filter(pk=day.pk).update(number=F("number") + row["number"])
    mine.delete()
    return len(ids)
