"""Messages that Beat has sent, as they are taken out of their queues."""

import base64
import json
from typing import Any, cast

import pytest

from grader.checkpoint.kit.beat import Sent, take
from grader.stage.outcome import Failed

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z


class Queues:
    """What a client of Redis gives of its lists."""

    def __init__(self, **queues: list[bytes]) -> None:
        self.queues = queues

    def rpop(self, name: str, count: int) -> list[bytes] | None:
        found = self.queues.get(name, [])
        self.queues[name], taken = found[:-count], found[-count:]
        return taken[::-1] or None


def message(task: str = "mail.tasks.one", expires: object = None, body: object = ([], {}, {})) -> bytes:
    text = base64.b64encode(json.dumps(body).encode()).decode()
    return json.dumps({"headers": {"task": task, "expires": expires}, "body": text}).encode()


def taken(*messages: bytes) -> list[Sent]:
    client = cast(Any, Queues(mail=list(messages)))
    return list(take(client, ("comments", "mail"), began=NOW - 60, now=NOW))


def test_all_of_them_are_taken_the_oldest_first() -> None:
    found = taken(*(message(f"t{number}") for number in range(250)))
    assert [one.task for one in found] == [f"t{number}" for number in range(249, -1, -1)]
    assert {(one.queue, one.at, one.expires, str(one.args), str(one.kwargs)) for one in found} == {
        ("mail", 60.0, None, "[]", "{}")
    }


@pytest.mark.parametrize("expires", ["2027-01-15T08:10:00+00:00", "2027-01-15T08:10:00", "2027-01-15T10:10:00+02:00"])
def test_when_a_message_expires(expires: str) -> None:
    assert taken(message(expires=expires))[0].expires == 600.0


@pytest.mark.parametrize(
    "odd", [b"", b"[]", b"{}", b"\xff", message(expires=5), message(expires="soon"), message(body=[]), message(body=1)]
)
def test_what_is_no_message(odd: bytes) -> None:
    with pytest.raises(Failed):
        taken(odd)
