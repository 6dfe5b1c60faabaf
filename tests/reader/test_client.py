"""What a document says comes through unchanged, and what a child says is taken for no more than bytes."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.domain.errors import EnvironmentError_
from grader.reader import client
from grader.reader.client import Kind, NotReadable, Reader, read_once
from grader.reader.values import MOST_ODD_KEYS, Other, Unbounded, packed, unpacked

ROOT = Path(__file__).parents[2]
TEXTS: list[tuple[Kind, str]] = [
    (
        "toml",
        'a = 1\nb = [1.5, "ä", true]\n[c]\nd = 2026-11-28\ne = 2026-11-28T01:02:03+01:00\nf = 01:02:03\ng = nan\n',
    ),
    ("toml", '"\\u0000pairs" = 1\n"" = {x = inf}\n'),
    ("yaml", "a: &x [1, null, yes, 1e400, .nan]\nb: *x\n1: {2: 3}\n2026-01-02: 2026-01-02 03:04:05\n"),
    ("yaml", 'big: 123456789012345678901234567890\ntext: "\\u0000"\n'),
    ("yaml", "<<: {a: 1}\nb: 2\n"),
    ("json", '{"a": [1, 2.5, null, true, "\\u00e4"], "": {}, "\\u0000date": "x"}'),
    ("yaml", ""),
]


@pytest.mark.parametrize(("kind", "text"), TEXTS)
def test_values_come_through_as_their_parser_gives_them(kind: Kind, text: str) -> None:
    import tomllib

    plain = {"toml": tomllib.loads, "yaml": yaml.safe_load, "json": json.loads}[kind](text)
    assert repr(read_once(kind, text.encode())) == repr(plain)


def test_what_has_no_plain_value_is_equal_to_nothing() -> None:
    found = read_once("yaml", b"a: !!set {x}\nb: !!binary aGFsbG8=\n")
    assert isinstance(found["a"], Other)
    assert found["b"] not in (b"hallo", "hallo", Other("bytes"))


@pytest.mark.parametrize("name", ["pyproject.toml", "poetry.lock", "docker-compose.yml", ".pre-commit-config.yaml"])
def test_the_courses_own_files_are_read(name: str) -> None:
    kind: Kind = "toml" if name.endswith(("toml", "lock")) else "yaml"
    assert read_once(kind, (ROOT / "capstone/reference" / name).read_bytes())


@pytest.mark.parametrize(
    ("kind", "data", "said", "line"),
    [
        ("toml", b"a = \n", "Invalid value", None),
        ("toml", b"\xff", "UTF-8", None),
        ("toml", b"x = " + b"[" * 5000, "nested", None),
        ("toml", b"x = " + b"9" * 5000, "4300", None),
        ("json", b"[1,", "", None),
        ("json", b"[" * 100_000, "nested", None),
        ("json", b'"\\ud800"', "surrogate", None),
        ("yaml", b"a: 1\nb: [\n", "expected", 3),
        ("yaml", b"a: !!python/object/apply:os.system [id]\n", "could not determine a constructor", 1),
        ("yaml", b"a: !!timestamp nonsense\n", "AttributeError", None),
        ("yaml", b"a: *b\xc2\x9b31m\n", "\N{REPLACEMENT CHARACTER}", None),
        ("yaml", b"a: &a [*a]\n", "contains itself", None),
        ("yaml", b"a: " + b"x" * (1 << 18), "characters", None),
        ("yaml", b"a: &a x\n" + b"".join(b"b%d: *a\n" % n for n in range(60)), "too many aliases", None),
    ],
)
def test_what_is_wrong_is_said_to_its_author(kind: Kind, data: bytes, said: str, line: int | None) -> None:
    with pytest.raises(NotReadable) as caught:
        read_once(kind, data)
    assert said in caught.value.text
    assert (caught.value.line, caught.value.exhausting) == (line, False)


def test_a_child_serves_many_documents_and_starts_anew_after_one_that_exhausts_it() -> None:
    with Reader("toml") as reader:
        assert reader.read("toml", b"a = 1\n") == {"a": 1}
        first = reader._child
        with pytest.raises(NotReadable):
            reader.read("toml", b"a = \n")
        assert reader.read("toml", b"a = 2\n") == {"a": 2}
        assert reader._child is first
        with pytest.raises(NotReadable, match="more than 1 s") as caught:
            reader.read("toml", b"a." * 30_000 + b"b = 1\n", cpu_s=0.2)
        assert caught.value.exhausting
        assert reader.read("toml", b"a = 3\n") == {"a": 3}
        assert reader._child is not first


def test_time_that_the_machine_does_not_give_is_not_the_submissions_fault() -> None:
    with Reader("toml", wall_s=0.3) as reader, pytest.raises(EnvironmentError_):
        reader.read("toml", b"a." * 30_000 + b"b = 1\n", cpu_s=60)


def test_what_the_machine_lacks_is_not_the_submissions_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.reader.launch.sys.path", [])
    with pytest.raises(EnvironmentError_):
        read_once("yaml", b"a: 1\n")


class _TakenOver:
    """A child that answers what it likes."""

    def __init__(self, answer: bytes) -> None:
        self.stdin, self.stdout = io.BytesIO(), io.BytesIO(answer)

    def hurry(self, wall_s: float) -> None: ...

    def rest(self) -> None: ...

    def close(self) -> None: ...

    def ended(self) -> str:
        return "done"


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


ODD = {"\0pairs": [[(2**61 - 1) * n, n] for n in range(MOST_ODD_KEYS + 1)]}
ANSWERS: dict[str, bytes] = {
    "nothing": b"",
    "half": _framed(b'{"ok": 1}')[:-2],
    "huge": b"\xff\xff\xff\xff" + b"x" * 100,
    "no JSON": _framed(b"\0\xff"),
    "deep": _framed(b'{"ok": ' + b"[" * 100_000),
    "deep but whole": _framed(b'{"ok": ' + b"[" * 500 + b"]" * 500 + b"}"),
    "another shape": _framed(b"[]"),
    "no problem": _framed(b'{"problem": 1}'),
    "unknown mark": _framed(json.dumps({"ok": {"\0pickle": "x"}}).encode()),
    "marks beside each other": _framed(json.dumps({"ok": {"\0date": "2026-01-01", "x": 1}}).encode()),
    "no date": _framed(json.dumps({"ok": {"\0date": "x"}}).encode()),
    "long date": _framed(json.dumps({"ok": {"\0date": "2026" * 1000}}).encode()),
    "colliding keys": _framed(json.dumps({"ok": ODD}).encode()),
    "pairs that are none": _framed(json.dumps({"ok": {"\0pairs": [[1]]}}).encode()),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_is_the_submissions_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child may have been taken over by what it reads."""
    reader = Reader("toml")
    monkeypatch.setattr(reader, "_running", lambda: _TakenOver(ANSWERS[name]))
    with pytest.raises(NotReadable):
        reader.read("toml", b"a = 1\n")


def test_the_believed_answer_is_the_control(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader("toml")
    monkeypatch.setattr(reader, "_running", lambda: _TakenOver(_framed(b'{"ok": {"a": 1}}')))
    assert reader.read("toml", b"") == {"a": 1}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([0] * 200_001, "more than 200,000 values"),
        (dict.fromkeys(range(1001), 0), "1,000 keys"),
        (10**90, "256 bits"),
        ("\ud800", "surrogate"),
    ],
)
def test_what_stands_for_too_much_is_not_sent(value: Any, said: str) -> None:
    with pytest.raises(Unbounded, match=said):
        packed(value)


def test_packing_is_undone() -> None:
    value = {"a": {"\0x": [1, {2: ()}]}, "b": float("inf")}
    assert unpacked(packed(value)) == {"a": {"\0x": [1, {2: []}]}, "b": float("inf")}
    assert client.LARGEST_ANSWER >= 8 << 20
