"""What a learner reads of the commonest failures of checks: each text as a whole, and none that says too little."""

import json
import re

import pytest

from grader.domain.evidence import Observation
from grader.domain.status import Status
from tests.checkpoint.commonest import FILE, agrees, of_case
from tests.checkpoint.starts import CHECKS

COMMON = CHECKS.parent / "common"
# The classes of Python's and words of the kit's that tell a learner nothing by themselves.
_SAYS_NOTHING = re.compile(r"^observed: (None|False|True|\[\]|\{\}|KeyError|an? \w+Error)$")


@pytest.fixture(scope="module")
def failed(run) -> dict[str, Observation]:
    return {o.criterion.partition(".")[2]: o for o in run({}, checks=COMMON, public_only=True).observations}


def test_every_one_of_them_fails(failed: dict[str, Observation]) -> None:
    assert {o.status for o in failed.values()} == {Status.FAILED}
    assert len(failed) == 16


def test_their_texts_are_as_they_were_read(failed: dict[str, Observation]) -> None:
    differing = [name for name, case in failed.items() if not agrees(f"check: {name}", of_case(case))]
    assert differing == []


def test_no_text_says_too_little() -> None:
    kept = json.loads(FILE.read_text("utf-8"))
    assert len([name for name in kept if name.startswith("start: ")]) >= 20
    for name, lines in kept.items():
        assert not [line for line in lines if _SAYS_NOTHING.match(line)], name
        assert any(line.startswith("expected: ") for line in lines), name
        if name.startswith("start: "):
            assert any(line.startswith("next: ") for line in lines), name
