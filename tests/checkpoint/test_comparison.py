"""A failing comparison of long texts of a learner's costs the trusted process nothing to speak of."""

import random
import time
from collections.abc import Callable

import pytest

from grader.domain.comparison import compared
from grader.domain.status import Status

CHECKS = '''
from grader.checkpoint import check


@check("texts.compared")
def test_texts(app):
    """A text comes back as it was given."""
    assert app.model("posts.Post")(body="x").long() == app.model("posts.Post")(body="y").long()


@check("texts.compared")
def test_lists(app):
    """Lists come back as they were given."""
    assert app.model("posts.Post")(body="x").long().split() == app.model("posts.Post")(body="y").long().split()
'''
LONG = """+

def _long(self):
    import random
    chosen = random.Random(self.body)
    return "\\n".join("".join(chosen.choices("ab", k=60)) for _ in range(200))

Post.long = _long
"""


def lines(seed: str, count: int) -> str:
    chosen = random.Random(seed)
    return "\n".join("".join(chosen.choices("ab", k=60)) for _ in range(count))


def took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def test_two_hundred_lines_are_compared_at_once(run, tmp_path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "test_texts.py").write_text(CHECKS)
    observations = run({"src/apps/posts/models.py": LONG}, checks=tmp_path).observations
    assert [o.status for o in observations] == [Status.FAILED] * 2
    for one in observations:
        said = one.observed.removeprefix("[0]: ").lstrip("['")
        assert said.startswith(("a", "b")), "the comparison has been noted"
        assert len(one.observed) <= 300
        assert one.duration_s < 8


def test_the_control_pytest_would_explain_for_minutes(pytestconfig: pytest.Config) -> None:
    ours = took(lambda: compared("==", lines("x", 200), lines("y", 200)))
    (explain,) = [
        found.function
        for found in pytestconfig.hook.pytest_assertrepr_compare.get_hookimpls()
        if found.plugin_name == "assertion"
    ]
    theirs = took(lambda: explain(pytestconfig, "==", lines("x", 30), lines("y", 30)))
    assert theirs > 20 * ours
