"""Lines of a log, and messages, as JSON that the project wrote: read strictly."""

from typing import Any

from grader.agent.scan import BODY, BadReply, load
from grader.domain.words import bounded
from grader.stage.outcome import Failed

_CUT = "bytes left out ..."


def log_lines(text: str, event: str | None = None) -> list[dict[str, Any]]:
    """The objects of a log, those of an event or all. Fails the check at a line that begins as one and is none.

    The last line may still be written, and where the middle of a long log is left out two lines are cut.
    """
    *lines, _ = text.split("\n")
    beside_the_cut = {i + step for i, line in enumerate(lines) if _CUT in line for step in (-1, 1)}
    whole = (line for i, line in enumerate(lines) if i not in beside_the_cut)
    found = [json_object(line) for line in whole if line.startswith("{")]
    return [one for one in found if event is None or one.get("event") == event]


def json_object(text: bytes | str) -> Any:
    """A JSON object of the project's; fails the check if it is none, or holds more than can be read."""
    data = text.encode() if isinstance(text, str) else text
    try:
        return load(data, BODY)
    except BadReply:
        said = bounded(data.decode("utf-8", "replace"), 200)
        raise Failed("one JSON object on each line that begins with {, and as each message", said) from None
