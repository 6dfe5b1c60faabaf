"""Reading modules apart: odd and hostile ones, and a child that says what it should not."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.architecture.measure import measure
from grader.architecture.metrics import METRICS
from grader.architecture.modules import Module, ModuleReader
from grader.domain.layout import Layout
from grader.domain.status import Status
from grader.reader.client import NotReadable
from tests.architecture.trees import BASE, LAYOUT, write


@pytest.fixture(scope="module")
def reader() -> Iterator[ModuleReader]:
    with ModuleReader() as reader:
        yield reader


def read(reader: ModuleReader, source: bytes, name: str = "posts.x") -> Module:
    (found,) = reader.modules([(name, source)])
    if isinstance(found, NotReadable):
        raise found
    return found


READABLE: dict[str, bytes] = {
    "nothing": b"",
    "a byte order mark": b"\xef\xbb\xbfimport os\n",
    "another encoding": "# -*- coding: latin-1 -*-\nname = 'größe'\n".encode("latin-1"),
    "names of other scripts": "class Größe:\n    def 大きさ(self): ...\nسعر = 1\n".encode(),
    "line ends of Windows": b"import os\r\ndef f():\r\n    pass\r\n",
    "a form feed": b"import os\n\x0c\ndef f(): pass\n",
    "a number that has no decimal form": b"x = 0x" + b"f" * 20_000 + b"\ndef f():\n    return 0x" + b"f" * 20_000,
    "half a character": b'x = "\\ud800"\ndef f():\n    return "\\ud800"\n',
    "a null in a text": b'x = "\\0"\n',
    "type parameters": b"class A[T: int](list[T]):\n    def m[**P](self, *a: *tuple[int]) -> T: ...\ntype X = int\n",
    "patterns": b"match x:\n    case {'a': [1, *_], **rest} if rest: pass\n    case A(b=1) | None: pass\n",
    "walrus and lambdas": b"def f(x):\n    if (y := lambda: (yield)): return y\n",
    "nested texts": b"def f(x):\n    return f'{x!r:>{x}} {f\"{x}\"}'\n",
    "exceptions without brackets (3.14)": b"try:\n    import a\nexcept ValueError, TypeError:\n    pass\n",
    "groups without brackets (3.14)": b"def f():\n    try:\n        a\n    except* ValueError, TypeError:\n        b\n",
    "template texts (3.14)": b"def f(x):\n    return t'{x}' + rt\"{x}\" + T'''{x}'''\n",
    "relative imports out of everything": b"from ....... import x\nfrom . import *\nfrom .. import y\n",
    "a thousand levels of calls": b"x = " + b"f(" * 90 + b")" * 90,
    "a long sum": b"def f(a):\n    return " + b" + ".join([b"a"] * 900) + b"\n",
    "ten thousand functions": b"".join(b"def f%d(a):\n    return a.save()\n" % n for n in range(10_000)),
    "a long chain": b"def f(a):\n    a" + b".b" * 900 + b".save()\n",
    "a variable of itself": b"def f():\n    a = a.b\n    a = a.c\n    a.save()\n",
    "an empty class": b"class A: ...\nclass A(A): ...\n",
}


@pytest.mark.parametrize("source", READABLE.values(), ids=READABLE)
def test_what_is_odd_is_read(source: bytes, reader: ModuleReader) -> None:
    assert isinstance(read(reader, source), Module)


UNREADABLE: dict[str, tuple[bytes, str, int | None]] = {
    "no Python": (b"x = 1\ndef f(:\n", f"it is no Python 3.{sys.version_info[1]}: ", 2),
    "Python 2": (b"print 'x'\n", "it is no Python", 1),
    "a merge": (b"<<<<<<< HEAD\nx = 1\n=======\n", "it is no Python", 1),
    "UTF-16": ("x = 1\n".encode("utf-16"), "it is UTF-16: save it as UTF-8", None),
    "bytes": (b"x = '\xff'\n", "it is no text of Python", None),
    "an encoding that is none": (b"# coding: klingon\n", "it is no text of Python", None),
    "a null": (b"x = 1\0\n", "it is no Python", None),
    "brackets": (b"(" * 5_000, "it is no Python", None),
    "too many characters": (b"# " + b"x" * (1 << 20), "it has more than 524,288 characters", None),
}


@pytest.mark.parametrize(("source", "said", "line"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_says_why(source: bytes, said: str, line: int | None, reader: ModuleReader) -> None:
    with pytest.raises(NotReadable) as told:
        read(reader, source)
    assert told.value.text.startswith(said)
    assert line is None or told.value.line == line


@pytest.mark.parametrize(
    "source",
    [
        b"x = " + b"-" * 100_000 + b"1\n",
        b"x = " + b"not " * 50_000 + b"1\n",
        b"\n".join(b" " * n + b"if x:" for n in range(99)) + b"\n" + b" " * 99 + b"pass\n",
        b"x = a" + b".b" * 100_000 + b"\n",
        b"def f(a):\n    return " + b" + ".join([b"a"] * 50_000) + b"\n",
        b"x = [" + b"[],\n" * 120_000 + b"]\n",
        b"a = " + b"(" * 180 + b"1" + b")" * 180 + b"\n",
    ],
    ids=["signs", "words", "blocks", "attributes", "sums", "lists", "brackets"],
)
def test_what_is_made_to_exhaust_takes_nothing_else_with_it(source: bytes, reader: ModuleReader) -> None:
    """Whatever becomes of it, what stands beside it is read."""
    before, _, after = reader.modules([("a", b"import os\n"), ("b", source), ("c", b"import sys\n")])
    assert isinstance(before, Module)
    assert isinstance(after, Module)
    assert [one.target for one in before.imports + after.imports] == ["os", "sys"]


@pytest.mark.parametrize(
    "answer",
    [None, [], [{}], [{"module": {"lines": -1}}], [{"module": {"lines": "x"}}], {"module": {}}, [{"problem": 3}], 7],
)
def test_what_no_child_of_ours_says_is_not_believed(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ModuleReader()
    monkeypatch.setattr(reader, "read", lambda *_, **__: answer)
    (found,) = reader.modules([("a", b"x = 1\n")])
    assert isinstance(found, NotReadable)


def test_one_module_that_cannot_be_read_keeps_all_from_being_measured(tmp_path: Path) -> None:
    """It could hold anything; but where nobody looks it does no harm."""
    broken = {"posts/broken.py": "def f(:\n", "posts/tests.py": "def f(:\n", "posts/migrations/0001_x.py": "def f(:\n"}
    for found in measure(tmp_path, write(tmp_path, {**BASE, **broken}), LAYOUT, METRICS):
        assert (found.status, found.value) == (Status.FAILED, None)
        assert "posts/broken.py:1 cannot be read: it is no Python" in found.reason
        assert "Mend it, or take it out of the sources." in found.reason
        assert [str(place) for place in found.where] == ["posts/broken.py:1"]
    (tmp_path / "posts/broken.py").write_text("")
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py")]
    assert Status.FAILED not in [found.status for found in measure(tmp_path, files, LAYOUT, METRICS)]


def test_a_module_of_ten_megabytes_is_not_read(tmp_path: Path) -> None:
    files = write(tmp_path, {**BASE, "posts/data.py": b"X = [\n" + b"    1,\n" * 1_500_000 + b"]\n"})
    (found,) = measure(tmp_path, files, LAYOUT, ["architecture.cycles"])
    assert found.status is Status.FAILED
    assert "posts/data.py cannot be read: it has 10,500,008 bytes" in found.reason


def test_a_project_without_modules_says_so(tmp_path: Path) -> None:
    for found in measure(tmp_path, write(tmp_path, {"README.md": "x"}), Layout(), METRICS):
        assert (found.status, found.reason) == (
            Status.FAILED,
            "The project has no modules of Python in its sources.",
        )
