"""What the grader's own tests share."""

import os
from pathlib import Path

import platformdirs
import pytest


@pytest.fixture(scope="session")
def state_dir() -> Path:
    """The cache that the command line uses too: an environment or a template made once serves every test."""
    path = Path(os.environ.get("GRADER_CACHE") or platformdirs.user_cache_path("django-track"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow tests last, so that what breaks quickly is seen quickly."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
