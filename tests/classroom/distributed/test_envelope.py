"""Only what was signed with the key, for its purpose, is opened."""

from pathlib import Path

import pytest

from grader.classroom.distributed.envelope import Forged, Key, Purpose, read_key
from grader.domain.errors import UsageError_

KEY = Key(b"k" * 32)


def test_what_was_sealed_is_opened() -> None:
    for body in (b"", b"{}", b"a\nb\n\0\xff"):
        assert KEY.opened(Purpose.TASK, KEY.seal(Purpose.TASK, body)) == body


SEALED = KEY.seal(Purpose.TASK, b'{"id": 1}')


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"\n",
        b'{"id": 1}',
        b'\n{"id": 1}',
        SEALED[:-1],
        SEALED + b" ",
        SEALED.replace(b"1", b"2", 1),
        SEALED.upper(),
        Key(b"other" * 8).seal(Purpose.TASK, b'{"id": 1}'),
        KEY.seal(Purpose.ANSWER, b'{"id": 1}'),
        b"\xff" * 64 + b"\n{}",
    ],
)
def test_anything_else_is_forged(forged: bytes) -> None:
    with pytest.raises(Forged):
        KEY.opened(Purpose.TASK, forged)


def test_the_key_shows_nowhere() -> None:
    assert "kkk" not in repr(KEY) + str(KEY)


def test_a_key_comes_from_a_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")
    assert read_key(tmp_path / "key", "v" * 40) == Key(b"f" * 40)
    assert read_key(None, " " + "v" * 40) == Key(b"v" * 40)


@pytest.mark.parametrize(
    ("file", "variable", "said"),
    [
        (None, None, "there is no key"),
        (None, "", "there is no key"),
        (None, "short", "the variable GRADER_WORKER_KEY has 5 bytes"),
        ("gone", None, "cannot be read"),
        ("empty", None, "has 0 bytes"),
        (".", None, "cannot be read"),
    ],
)
def test_without_a_key_it_is_said_how_to_make_one(
    file: str | None, variable: str | None, said: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(UsageError_, match=said) as raised:
        read_key(tmp_path / file if file else None, variable)
    assert "openssl rand -hex 32" in raised.value.hint
