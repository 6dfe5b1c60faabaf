from datetime import UTC, datetime

import pytest

from readings.models import Reading

pytestmark = pytest.mark.django_db
SECURE = {"HTTP_X_FORWARDED_PROTO": "https"}


def test_the_page_of_a_station(client):
    Reading.objects.create(
        station="hill", celsius=4.5, taken_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert client.get("/readings/hill/", **SECURE).status_code == 200


def test_health(client):
    assert client.get("/healthz", **SECURE).status_code == 200
