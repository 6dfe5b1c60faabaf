"""The people of the log-in tests; and rates and limits that a test can reach."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.authentication.conftest import ann, client, login

__all__ = ["ann", "client", "login"]


@pytest.fixture(autouse=True)
def forgetful_cache() -> Iterator[None]:
    """What throttles counted in one test is nothing to the next."""
    cache.clear()
    yield
    cache.clear()
