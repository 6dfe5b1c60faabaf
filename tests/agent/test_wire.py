import contextlib
import datetime
import decimal
import json
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.agent.wire import LARGEST, BadReply, Ref, decode, encode, parse

_PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**300), 10**300),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.datetimes(timezones=st.none() | st.just(datetime.UTC)),
    st.dates(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.binary(max_size=200),
)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["$", "v", "type", "pk"]), inner),
    max_leaves=8,
)


@given(_VALUES)
@settings(max_examples=150, deadline=None)
def test_what_is_encoded_comes_back_with_its_types(value):
    line = json.dumps({"id": "1", "ok": encode(value)}).encode()
    found = decode(parse(line)["ok"])
    assert found == value
    assert type(found) is type(value)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_an_object_or_refused(line):
    with contextlib.suppress(BadReply):
        assert isinstance(parse(line), dict)


@given(JUNK)
@settings(max_examples=200, deadline=None)
def test_any_json_is_a_value_or_refused(junk):
    with contextlib.suppress(BadReply):
        decode(junk)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"[]", "not an object"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "Infinity"),
        (b'{"a":1e999}', "too large"),
        (b'{"a":' + b"9" * 500 + b"}", "too large"),
        (b'{"a":"\\ud800"}', "half a character"),
        (b'{"\\udfff":1}', "half a character"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "too deep"),
        (b'{"a":' + b"[" * 100_000, "too deep"),
        (b'{"a":"' + b"x" * LARGEST + b'"}', "larger"),
        (b"\xff\xfe", "not JSON"),
        (b'{"a":1} {"b":2}', "not JSON"),
    ],
)
def test_what_is_refused(line, why):
    with pytest.raises(BadReply, match=why):
        parse(line)


def test_brackets_in_a_text_do_not_count():
    assert parse(json.dumps({"a": "[" * 100 + '\\"' + "{" * 100}).encode())["a"].startswith("[[")


def test_references():
    ref = {"$": "ref", "v": 3, "type": "posts.Post", "pk": 7, "callable": False}
    assert decode(ref) == Ref(3, "posts.Post", 7)
    for wrong in ({"v": True}, {"pk": [1]}, {"pk": 1.5}, {"type": 4}, {"type": "x" * 300}):
        with pytest.raises(BadReply):
            decode({**ref, **wrong})


@pytest.mark.parametrize(
    "value",
    [
        {"$": "dict", "v": [[1]]},
        {"$": "dict", "v": [["a", 1], ["a", 2]]},
        {"$": "set", "v": [[1]]},
        {"$": "timedelta", "v": True},
        {"$": "uuid", "v": "x"},
        {"$": "decimal", "v": "x"},
        {"$": "pickle", "v": "x"},
        {"$": "date"},
        {"a": 1},
        {"$": [], "v": 1},
        {"$": "float", "v": "1"},
    ],
)
def test_values_that_are_none(value):
    with pytest.raises(BadReply):
        decode(value)


def test_what_cannot_be_sent():
    with pytest.raises(TypeError):
        encode(object())
    assert encode(decimal.Decimal("1.50")) == {"$": "decimal", "v": "1.50"}
    assert encode(uuid.UUID(int=1))["$"] == "uuid"
    assert encode(float("nan")) == {"$": "float", "v": "nan"}
