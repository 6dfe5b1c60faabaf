"""What the grader's own tests share."""

import os
from pathlib import Path

import platformdirs
import pytest
from hypothesis import settings

# Other tests may run beside one that is timed by the wall: an example that waits for a processor is no fault.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def usual_state_dir() -> Path:
    """The cache that the command line uses too: an environment or a template made once serves every test."""
    path = Path(os.environ.get("GRADER_CACHE") or platformdirs.user_cache_path("django-track"))
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture(scope="session")
def state_dir(usual_state_dir: Path) -> Path:
    """The usual one, but for tests that look at what is made in an empty one."""
    return usual_state_dir


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow tests last, so that what breaks quickly is seen quickly; of them the longest first.

    What takes minutes and begins when everything else is done keeps one process busy and the others waiting.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[bool, float]:
    slow = item.get_closest_marker("slow")
    return slow is not None, -slow.kwargs.get("minutes", 0) if slow else 0
