# FILE SOLUTION 05
"""What is over is forgotten, and nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from api.models import IdempotencyKey
from api.tasks import forget_idempotency_keys
from authentication.models import Session
from authentication.tasks import forget_expired
from tests.authentication.conftest import Login, refresh

pytestmark = pytest.mark.django_db


def test_what_is_in_use_stays(login: Login) -> None:
    pair = login()
    assert forget_expired() == 0
    assert refresh(pair["refresh"])


def test_what_is_over_goes(login: Login) -> None:
    login()
    long_ago = timezone.now() - timedelta(days=60)
    Session.objects.update(created_at=long_ago)
    assert forget_expired() == 1
    assert not Session.objects.exists()


def test_tokens_that_were_spent_go_when_they_expire(login: Login) -> None:
    refresh(login()["refresh"])
    OutstandingToken.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert forget_expired() >= 1
    assert not OutstandingToken.objects.exists()


def test_old_keys_go(login: Login) -> None:
    login()
    owner = Session.objects.get().user
    old = IdempotencyKey.objects.create(user=owner, key="old", fingerprint="x")
    IdempotencyKey.objects.create(user=owner, key="new", fingerprint="x")
    IdempotencyKey.objects.filter(pk=old.pk).update(
        claimed_at=timezone.now() - timedelta(days=2)
    )
    assert forget_idempotency_keys() == 1
