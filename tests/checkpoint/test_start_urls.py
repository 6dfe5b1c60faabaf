"""URLs that lead to a file which is no Python: one finding for all that is asked by requests, the rest is measured."""

from pathlib import Path

import pytest

from grader.domain.status import Status
from tests.checkpoint.starts import URLS, statuses

CHECKS = Path(__file__).parent / "data" / "asking"
VIEWS = "src/apps/posts/views.py"
CONFLICT = "A = 1\n<<<<<<< HEAD\nB = 1\n=======\nB = 2\n>>>>>>> feature\n"
USES_VIEWS = "+\n\nfrom posts import views  # noqa: E402\n"
NO_PYTHON = {
    "conflict marks in the URLs": ({URLS: f"+\n{CONFLICT}"}, "a merge left its conflict marks", URLS),
    "conflict marks in a view": ({URLS: USES_VIEWS, VIEWS: CONFLICT}, "a merge left its conflict marks", VIEWS),
    "a bracket left open in the URLs": ({URLS: "+\nurlpatterns += [\n"}, "'[' was never closed", URLS),
}


@pytest.mark.parametrize("name", NO_PYTHON)
def test_what_is_asked_by_requests_waits_for_one_finding(run, name: str) -> None:
    edits, observed, where = NO_PYTHON[name]
    evidence = run(edits, checks=CHECKS)
    found = evidence.start
    assert found is not None
    assert found.headline == "The URLs cannot be loaded"
    assert observed in found.observed
    assert str(found.where or "").startswith(where)
    assert "manage.py check" in found.repeat
    asked = {"asking.client": Status.BLOCKED, "asking.server": Status.BLOCKED}
    rest = dict.fromkeys(("asking.file", "asking.settings", "asking.model"), Status.PASSED)
    assert statuses(evidence) == asked | rest


def test_urls_that_other_settings_may_load_are_left_to_the_checks_that_ask(run) -> None:
    """The server has settings of its own: what the testing layer's lack may be there."""
    edits = {URLS: "+\nfrom django.conf import settings\n\nif 'testing' in settings.SETTINGS_MODULE:\n    1 / 0\n"}
    evidence = run(edits, checks=CHECKS)
    assert evidence.start is None
    assert statuses(evidence)["asking.client"] is Status.FAILED


AGAIN = """import os
import pathlib
import time

seen = pathlib.Path("/tmp/seen")
if seen.exists():
    {second}
seen.touch()
raise ImportError("not yet")
"""


@pytest.mark.parametrize("second", ["os._exit(3)", "raise SystemExit", "time.sleep(600)"])
def test_urls_that_end_the_process_when_they_are_loaded_again_end_no_run(run, second: str) -> None:
    """The first import fails, so that there is a second one; what that does is for the checks that ask."""
    evidence = run({URLS: AGAIN.format(second=second)}, checks=CHECKS)
    assert evidence.start is None
    found = statuses(evidence)
    assert [found[f"asking.{name}"] for name in ("file", "settings", "model")] == [Status.PASSED] * 3
    assert found["asking.client"] is Status.FAILED


def test_urls_that_load_are_no_finding(run) -> None:
    evidence = run({}, checks=CHECKS)
    assert evidence.start is None
    assert set(statuses(evidence).values()) == {Status.PASSED}
