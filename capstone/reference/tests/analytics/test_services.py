# FILE SOLUTION 05
"""Visits."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from analytics.models import DailyVisits, Visit
from analytics.services import record_visit, roll_up_visits
from analytics.tasks import roll_up
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_visit_counts_once_however_often_it_comes() -> None:
    post, visit = PostFactory(out=True), uuid4()
    for _ in range(2):
        record_visit(visit_id=visit, post_id=post.pk, seen_at=NOON)
    assert Visit.objects.count() == 1


def test_a_post_that_is_gone_has_no_visits() -> None:
    record_visit(visit_id=uuid4(), post_id=1, seen_at=NOON)
    assert not Visit.objects.exists()


def test_visits_are_aggregated_by_day() -> None:
    post = PostFactory(out=True)
    for hours in (0, 1, 23):
        seen = NOON + timedelta(hours=hours)
        record_visit(visit_id=uuid4(), post_id=post.pk, seen_at=seen)
    assert roll_up_visits(before=NOON + timedelta(hours=2)) == 2
    assert roll_up_visits(before=NOON + timedelta(days=2)) == 1
    days = DailyVisits.objects.order_by("seen_on").values_list("seen_on__day", "number")
    assert list(days) == [(1, 2), (2, 1)]
    assert not Visit.objects.exists()


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_day_is_one_of_utc_wherever_the_worker_is(
    zone: str, settings: Settings
) -> None:
    settings.TIME_ZONE = zone
    post = PostFactory(out=True)
    for hours in (-11, 11):
        seen = NOON + timedelta(hours=hours)
        record_visit(visit_id=uuid4(), post_id=post.pk, seen_at=seen)
    with timezone.override(zone):
        roll_up_visits(before=NOON + timedelta(days=2))
    day = DailyVisits.objects.get()
    assert (day.seen_on, day.number) == (NOON.date(), 2)


@pytest.mark.parametrize("method", ["head", "get"])
def test_only_who_gets_the_post_has_read_it(
    method: str,
    api_client: APIClient,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    post = PostFactory(out=True)
    with django_capture_on_commit_callbacks(execute=True):
        getattr(api_client, method)(f"/api/v1/posts/{post.pk}/")
    assert Visit.objects.count() == (1 if method == "get" else 0)


def test_what_is_fresh_is_kept() -> None:
    post = PostFactory(out=True)
    record_visit(visit_id=uuid4(), post_id=post.pk, seen_at=timezone.now())
    assert roll_up.delay().successful()
    assert Visit.objects.count() == 1


def test_who_reads_is_counted(
    api_client: APIClient,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    post = PostFactory(out=True)
    with django_capture_on_commit_callbacks(execute=True):
        api_client.get(f"/api/v1/posts/{post.pk}/")
    assert Visit.objects.get().post == post
