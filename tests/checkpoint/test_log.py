"""Log lines and messages of a deployment: what is read of them, and what a project cannot make of the reader."""

import pytest

from grader.checkpoint.kit.log import log_lines
from grader.stage.outcome import Failed

LINE = '{"event": "request", "status": 200}'
REQUEST = {"event": "request", "status": 200}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(f"{LINE}\n", [REQUEST], id="one"),
        pytest.param(f"a banner\n{LINE}\n[INFO] {LINE}\n", [REQUEST], id="what-does-not-begin-as-one-is-none"),
        pytest.param(f'{LINE}\n{{"event": "task"}}\n', [REQUEST], id="another-event"),
        pytest.param(f'{LINE}\n{{"event": "req', [REQUEST], id="the-last-is-still-written"),
        pytest.param(f'{LINE}\n{{"ev\n[... 9 bytes left out ...]\n{{"x": nt"}}\n{LINE}\n', [REQUEST] * 2, id="cut"),
    ],
)
def test_the_lines_of_an_event(text: str, found: list[dict]) -> None:
    assert log_lines(text, "request") == found


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"event": "request"', id="half"),
        pytest.param('{"a": NaN}', id="nan"),
        pytest.param('{"a":' * 100_000, id="deep"),
        pytest.param('{"a": "\\ud800"}', id="half-a-character"),
    ],
)
def test_a_line_that_is_no_object_fails_the_check_and_not_the_grader(line: str) -> None:
    with pytest.raises(Failed) as failed:
        log_lines(f"{line}\n{LINE}\n")
    assert len(str(failed.value)) < 1_000
