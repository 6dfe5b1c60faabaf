"""One refresh token in many requests at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from audit.models import AuditEntry
from authentication.tokens import TokenPair
from tests.authentication.conftest import Login, refresh, works

TIMES = 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_one_is_answered_and_the_session_ends(login: Login) -> None:
    token = login()["refresh"]

    def use(_: int) -> TokenPair | None:
        try:
            return refresh(token)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as pool:
        [pair] = filter(None, pool.map(use, range(TIMES)))
    assert not works(pair["access"])
    assert refresh(pair["refresh"]) is None
    assert AuditEntry.objects.filter(action="token_reused").count() == 1
