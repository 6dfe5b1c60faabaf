"""The server that requests are timed beside: each answer costs the same, and leaves the database as it was."""

import json
from contextlib import ExitStack
from pathlib import Path

from grader.cli import options
from grader.gates.performance.calibration import PATH, is_right, start_calibration
from tests.gates.conftest import spec_of

AT_ONCE = 12


def test_every_answer_is_the_same_page_and_nothing_that_was_written_stays(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with ExitStack() as stack:
        side = start_calibration(spec_of(tmp_path, options.state_dir(), folder=tmp_path), stack)
        answers = [side.server.get(PATH) for _ in range(AT_ONCE)]
    assert {answer.status_code for answer in answers} == {200}
    assert all(is_right(answer.body) for answer in answers)
    pages = [json.loads(answer.body) for answer in answers]
    assert {page["count"] for page in pages} == {400}
    assert len({json.dumps(page["results"]) for page in pages}) == 1


def test_what_is_no_page_is_not_right() -> None:
    assert not is_right(b"")
    assert not is_right(b"[]")
    assert not is_right(json.dumps({"results": []}).encode())
