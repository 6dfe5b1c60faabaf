"""Wheels as an index may serve them: sound ones are installed as they are, odd ones refused, and nothing stays."""

import importlib.util
import io
import marshal
import os
import re
import stat
import zipfile
from pathlib import Path

import pytest

from grader.environment import unpack, wheels
from grader.environment.choose import Pinned
from grader.environment.faults import NotInstallable
from grader.environment.install import installed
from tests.environment.loopback import Index, wheel

INFO = "odd-1.0.dist-info"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def install(requirements: str, cache: Path) -> Path:
    return installed(requirements, cache=cache, what="it", progress=lambda text: None).site


def left(cache: Path) -> list[str]:
    """What a failed installation left in the cache, but for the locks of builders."""
    return [str(path) for path in cache.rglob("*") if path.is_file() and not path.name.startswith(".building-")]


def test_a_sound_wheel_is_installed_with_bytecode_and_commands(index: Index, cache: Path) -> None:
    files = {
        "odd/__init__.py": b"def main(): return 0\n",
        "odd/old.py": b"print 'Python 2'\n",
        "odd/template-{{ name }}.py": b"no module\n",
        "odd-1.0.data/purelib/more/a.py": b"x = 1\n",
        "odd-1.0.data/scripts/tool": b"#!python\nprint(1)\n",
        "odd-1.0.data/data/share/it.txt": b"text",
        "odd-1.0.data/headers/it.h": b"",
        "odd.pth": b"import odd_runs\n",
        f"{INFO}/entry_points.txt": b"[console_scripts]\nodd = odd:main\n",
    }
    site = install(index.add(wheel(files=files)), cache)
    assert (site / "odd.pth").read_bytes() == b"import odd_runs\n"
    assert (site / "more" / "a.py").is_file()
    assert (site / "share" / "it.txt").is_file()
    assert not list(site.rglob("it.h"))
    assert (site / "bin" / "tool").read_text().startswith("#!/usr/bin/env python3\n")
    assert os.access(site / "bin" / "odd", os.X_OK)
    compiled = site / "odd" / "__pycache__"
    assert [path.name for path in compiled.iterdir()] == [f"__init__{unpack.SUFFIX}"]
    raw = (compiled / f"__init__{unpack.SUFFIX}").read_bytes()
    assert raw[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(raw[4:8], "little") == 0b01  # by hash, not checked
    assert raw[8:16] == importlib.util.source_hash(files["odd/__init__.py"])
    assert marshal.loads(raw[16:]).co_filename == "/deps/odd/__init__.py"


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_all_may_read_and_nobody_may_write(index: Index, cache: Path, umask: int) -> None:
    def opened(info: zipfile.ZipInfo) -> None:
        info.external_attr = 0o104777 << 16

    before = os.umask(umask)
    try:
        site = install(index.add(wheel(change=opened)), cache)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in site.rglob("*") if path.is_file()}
    assert modes == {0o444, 0o555}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (site, *site.rglob("*")) if path.is_dir()} == {0o755}


def test_bytecode_that_a_wheel_brings_reaches_nobody(index: Index, cache: Path) -> None:
    name = f"__pycache__/a{unpack.SUFFIX}"
    files = {"odd/a.py": b"x = 1\n", f"odd/{name}": b"evil", "odd/__pycache__/b.py": b"", "__pycache__/c": b""}
    site = install(index.add(wheel(files=files)), cache)
    assert (site / "odd" / name).read_bytes()[:4] == importlib.util.MAGIC_NUMBER
    assert len(list(site.rglob("__pycache__/*"))) == 1


def test_a_wheel_is_unpacked_once_for_all_environments(index: Index, cache: Path) -> None:
    first, second = index.add(wheel()), index.add(wheel("more", files={"odd/b.py": b""}), "more")
    one = install(first, cache)
    del index.wheels["odd-1.0-py3-none-any.whl"]
    both = install(first + second, cache)
    assert one != both
    assert (one / "odd" / "__init__.py").samefile(both / "odd" / "__init__.py")
    assert (both / "odd" / "b.py").is_file()


def test_of_two_files_of_one_name_the_first_counts_with_its_bytecode(index: Index, cache: Path) -> None:
    first = index.add(wheel("aa", files={"shared.py": b"not a Python\n"}), "aa")
    second = index.add(wheel("bb", files={"shared.py": b"x = 2\n"}), "bb")
    site = install(second + first, cache)
    assert (site / "shared.py").read_bytes() == b"not a Python\n"
    assert not (site / "__pycache__").exists() or not list((site / "__pycache__").iterdir())


def test_a_file_of_one_is_no_folder_of_another(index: Index, cache: Path) -> None:
    first = index.add(wheel("aa", files={"x": b""}), "aa")
    second = index.add(wheel("bb", files={"x/y.py": b""}), "bb")
    with pytest.raises(NotInstallable, match="'x' is a file of one of bb and aa, and a folder of the other"):
        install(first + second, cache)


def _symlink(info: zipfile.ZipInfo) -> None:
    info.external_attr = 0o120777 << 16


def _device(info: zipfile.ZipInfo) -> None:
    info.external_attr = 0o060666 << 16


def _unusual(info: zipfile.ZipInfo) -> None:
    info.compress_type = zipfile.ZIP_BZIP2


def _named(name: str) -> bytes:
    return wheel(files={name: b"/etc/passwd"})


LONG = "a" * 300
REFUSED = {
    "link": (wheel(files={"odd/a": b"/etc/passwd"}, change=_symlink), "'odd/a' is a symbolic link"),
    "device": (wheel(files={"odd/a": b""}, change=_device), "'odd/a' is not an ordinary file"),
    "bzip2": (wheel(files={"odd/a": b""}, change=_unusual), "compressed in an unusual way"),
    "above": (_named("../../evil"), "leads out of the folder of packages"),
    "above by data": (_named("odd-1.0.data/data/../../evil"), "leads out of"),
    "absolute": (_named("/tmp/evil"), "leads out of"),
    "absolute by data": (_named("odd-1.0.data/data//tmp/evil"), "is no name for a file"),
    "backslash": (_named("a\\..\\evil"), "leads out of"),
    "dot": (_named("a/./b"), "is no name for a file"),
    "control": (_named("a\nb"), "is no name for a file"),
    "long": (_named(LONG), "is no name for a file"),
    "long in all": (_named("/".join(["b" * 200] * 4)), "is no name for a file"),
    "deep": (_named("/".join("d" * 50)), "lies more than 32 folders deep"),
    "twins": (wheel(files={"odd/A.py": b"", "odd/a.py": b""}), "are one name"),
    "twin folders": (wheel(files={"Odd/a.py": b"", "odd/b.py": b""}), "are one name"),
    "file and folder": (wheel(files={"odd": b"", "odd/b.py": b""}), "are one name"),
    "twice by data": (wheel(files={"a.py": b"", "odd-1.0.data/purelib/a.py": b""}), "are one name"),
    "odd place": (_named("odd-1.0.data/evil/a.py"), "belongs to no place"),
    "no place": (_named("odd-1.0.data/a.py"), "belongs to no place"),
    "lying record": (wheel(record=b"odd/__init__.py,sha256=AAAA,6\n"), "RECORD lies about 'odd/__init__.py'"),
    "weak record": (wheel(record=b"odd/__init__.py,md5=AAAA,6\n"), "a hash that proves nothing"),
    "other name": (wheel(stem="django-6.1"), "its metadata is that of 'django-6.1'"),
    "two metadata": (wheel(files={"django-6.1.dist-info/METADATA": b""}), "2 folders of metadata"),
    "no zip": (b"PK\x05\x06 not at all", "it is not a sound wheel"),
    "no record": (wheel().replace(b"dist-info/RECORD", b"dist-info/RECORX"), "it has no RECORD"),
    "broken": (wheel()[:60] + b"\xff" * 20 + wheel()[80:], "it is not a sound wheel|metadata"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_odd_wheel_is_refused_and_leaves_nothing(index: Index, cache: Path, tmp_path: Path, name: str) -> None:
    data, said = REFUSED[name]
    with pytest.raises(NotInstallable, match=re.escape(said) if "|" not in said else said) as refused:
        install(index.add(data), cache)
    assert str(refused.value).startswith("odd 1.0: ")
    assert str(refused.value).isprintable()
    assert left(cache) == []
    assert not list(tmp_path.rglob("evil"))
    assert not Path("/tmp/evil").exists()


NAMES = ["../evil", "/tmp/evil", "a/../../evil", "", "a//b", "a\nb", "\\evil"]


def _written(name: str, site: Path) -> None:
    """What the trusted side does with one record of an unpacker that says whatever it likes."""
    record = unpack.RECORD.pack(unpack.FILE, len(name.encode()), 1) + name.encode() + b"x"
    requirement = Pinned("odd", "1.0", frozenset())
    wheels._Writer(site, requirement).read(io.BytesIO(record + unpack.RECORD.pack(unpack.DONE, 0, 0)))


@pytest.mark.parametrize("name", NAMES)
def test_what_the_unpacker_says_is_not_believed(tmp_path: Path, name: str) -> None:
    (tmp_path / "site").mkdir()
    with pytest.raises(NotInstallable):
        _written(name, tmp_path / "site")
    assert not (tmp_path / "evil").exists()


def test_control_a_name_that_is_believed_leads_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "check_path", lambda path: None)
    (tmp_path / "site").mkdir()
    monkeypatch.setattr(wheels._Writer, "_make_folders", lambda self, name: None)
    _written("../evil", tmp_path / "site")
    assert (tmp_path / "evil").read_bytes() == b"x"


@pytest.mark.parametrize(
    "records",
    [
        [(unpack.FILE, "a.py", b""), (unpack.FILE, "a.py", b"")],
        [(unpack.FILE, "a", b""), (unpack.FILE, "a/b", b"")],
        [(unpack.FILE, "a/b", b""), (unpack.FILE, "a", b"")],
        [(unpack.BYTECODE, f"__pycache__/a{unpack.SUFFIX}", b"")],
        [(unpack.FILE, "a.py", b""), (unpack.FILE, "b", b""), (unpack.BYTECODE, f"__pycache__/a{unpack.SUFFIX}", b"")],
        [(unpack.FILE, f"__pycache__/a{unpack.SUFFIX}", b"")],
        [(unpack.FILE, "a.py", b"")],
        [],
    ],
)
def test_records_that_do_not_fit_are_refused(tmp_path: Path, records: list[tuple[int, str, bytes]]) -> None:
    told = b"".join(unpack.RECORD.pack(kind, len(n), len(data)) + n.encode() + data for kind, n, data in records)
    end = b"" if len(records) < 2 and not (records and "__pycache__" in records[0][1]) else unpack.RECORD.pack(3, 0, 0)
    with pytest.raises(NotInstallable):
        wheels._Writer(tmp_path, Pinned("odd", "1.0", frozenset())).read(io.BytesIO(told + end))
