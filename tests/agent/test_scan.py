"""The worst bytes that a reply can hold cost little more when there are twice as many of them."""

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator

import pytest

from grader.agent.scan import BODY, REPLY, BadReply, load
from grader.agent.wire import LARGEST, decode, parse

PRIME = (1 << 61) - 1  # every multiple of it has the hash 0
GROWTH = 2.6  # of the time, for twice the bytes
HALF = LARGEST // 2 - 100


def filled(before: bytes, piece: bytes, after: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: before + piece * (size // len(piece)) + after


def members(size: int) -> bytes:
    return b'{"a":{' + b",".join(b'"%d":1' % n for n in range(size // 12)) + b"}}"


WORST = {
    "brackets": filled(b'{"a":', b"["),
    "brackets and a text of quotes without an end": filled(b"[" * 33 + b'"', b'\\"'),
    "brackets and a text without an end": filled(b"[" * 33 + b'"', b"x"),
    "brackets and a text of backslashes": filled(b"[" * 33 + b'"', b"\\"),
    "quotes": filled(b"[" * 33, b'"'),
    "escaped quotes outside of a text": filled(b"[" * 33, b'\\"'),
    "closing brackets": filled(b'{"a":', b"]"),
    "escapes": filled(b'{"a":"', b"\\n", b'"}'),
    "characters by number": filled(b'{"a":"', b"\\u00e9", b'"}'),
    "pairs of half characters": filled(b'{"a":"', b"\\ud83d\\ude00", b'"}'),
    "half characters": filled(b'{"a":"', b"\\ud800", b'"}'),
    "one long number": filled(b'{"a":', b"9", b"}"),
    "long numbers": filled(b'{"a":[', b"9" * 399 + b",", b"1]}"),
    "long fractions": filled(b'{"a":[', b"0." + b"9" * 390 + b",", b"1]}"),
    "large exponents": filled(b'{"a":[', b"1e307,", b"1]}"),
    "a key again and again": filled(b'{"a":{', b'"k":1,', b'"k":1}}'),
    "keys": members,
    "empty lists": filled(b'{"a":[', b"[],", b"1]}"),
    "empty objects": filled(b'{"a":[', b"{},", b"1]}"),
    "empty texts": filled(b'{"a":[', b'"",', b'""]}'),
    "blanks": filled(b'{"a":', b" ", b"1}"),
    "lines": filled(b'{"a":', b"\n", b"?}"),
    "letters of two bytes": filled(b'{"a":"\\u00e9', "é".encode(), b'"}'),
}


def read(line: bytes) -> None:
    with contextlib.suppress(BadReply):
        decode(next(iter(parse(line).values())))


def best(work: Callable[[], object]) -> float:
    """The shortest of several times, of this thread's processor: what disturbs a measurement only makes it longer."""
    took = []
    for _ in range(5):
        began = time.thread_time()
        work()
        took.append(time.thread_time() - began)
    return min(took)


def growths(work: Callable[[int], Callable[[], object]], size: int, times: int) -> Iterator[float]:
    """How many times longer it takes with twice the size, measured anew each time."""
    for _ in range(times):
        yield best(work(2 * size)) / best(work(size))


def is_linear(work: Callable[[int], Callable[[], object]], size: int) -> bool:
    """Whether any of ten measurements says so: a busy machine spoils some, and what is quadratic passes none."""
    return any(growth <= GROWTH for growth in growths(work, size, 10))


@pytest.mark.parametrize("name", WORST)
def test_twice_the_bytes_take_twice_the_time(name: str) -> None:
    made = WORST[name]
    short, long = made(HALF), made(2 * HALF)
    assert len(long) <= LARGEST
    assert is_linear(lambda size: lambda: read(long if size > HALF else short), HALF)
    assert best(lambda: read(long)) < 1.0, "some 40 ms on the machine that it was written on"


def test_the_control_a_pattern_that_goes_back_takes_four_times_as_long() -> None:
    naive = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
    made = WORST["brackets and a text of quotes without an end"]
    assert not is_linear(lambda size: lambda: naive.sub(b"", made(size)), 2_000)


COLLIDING = {
    "integers": lambda count: {"$": "set", "v": [n * PRIME for n in range(count)]},
    "keys": lambda count: {"$": "dict", "v": [[n * PRIME, 1] for n in range(count)]},
    "decimals": lambda count: {"$": "set", "v": [{"$": "decimal", "v": str(n * PRIME)} for n in range(count)]},
    "tuples": lambda count: {"$": "set", "v": [{"$": "tuple", "v": [n * PRIME]} for n in range(count)]},
    "references": lambda count: {
        "$": "set",
        "v": [{"$": "ref", "v": 1, "type": "a.B", "pk": n * PRIME, "callable": False} for n in range(count)],
    },
    "identifiers": lambda count: {
        "$": "set",
        "v": [{"$": "uuid", "v": f"{n * PRIME:032x}"} for n in range(count)],
    },
}


@pytest.mark.parametrize("name", COLLIDING)
def test_keys_that_collide_are_refused(name: str) -> None:
    with pytest.raises(BadReply, match="collide"):
        decode(COLLIDING[name](900))
    assert len(decode(COLLIDING[name](32))) == 32


def test_the_control_colliding_keys_take_four_times_as_long() -> None:
    assert not is_linear(lambda size: lambda: {n * PRIME for n in range(size)}, 1_000)


def test_as_many_collisions_as_are_let_through_cost_milliseconds() -> None:
    worst = [kind + PRIME * n for kind in range(1_500) for n in range(31)]
    line = json.dumps({"a": {"$": "set", "v": worst}}).encode()
    assert len(decode(parse(line)["a"])) == len(worst)
    assert best(lambda: read(line)) < 1.0


def test_ordinary_collections_are_read() -> None:
    rows = [[{"$": "uuid", "v": f"{n:032x}"}, {"$": "decimal", "v": f"{n}.50"}] for n in range(2_000)]
    assert len(decode({"$": "dict", "v": rows})) == 2_000
    assert len(decode({"$": "set", "v": list(range(-20_000, 20_000))})) == 40_000
    assert len(decode({"$": "set", "v": [n / 8 for n in range(20_000)]})) == 20_000


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "0e999999999", "-1E+1001"])
def test_a_decimal_that_would_be_written_out_for_ever_is_refused(text: str) -> None:
    with pytest.raises(BadReply, match="too large"):
        decode({"$": "decimal", "v": text})


def test_a_body_may_hold_more_than_a_reply() -> None:
    rows = json.dumps([{"id": n, "title": "x"} for n in range(10_000)]).encode()
    assert len(load(rows, BODY)) == 10_000
    with pytest.raises(BadReply, match="more values"):
        load(rows, REPLY)
    assert load(b'{"a": 1, "a": 2}', BODY) == {"a": 2}
    for bad in (b"[" * 65 + b"]" * 65, b"NaN", b'"\\ud800"', b"\xff", b"9" * 500):
        with pytest.raises(BadReply):
            load(bad, BODY)
