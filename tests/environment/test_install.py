import importlib.util
import marshal
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_
from grader.environment import Environment, install, prepare
from grader.environment.bytecode import add_bytecode
from tests.environment.conftest import COURSE

Write = Callable[..., Path]


def _prepare(folder: Path, cache: Path, course: Path = COURSE) -> tuple[Environment, list[str]]:
    said: list[str] = []
    return prepare(folder, course_lock=course, cache=cache, progress=said.append), said


def test_installs_once_and_finds_it_again(write: Write, fresh: Path) -> None:
    first, said = _prepare(write(), fresh)
    again, nothing = _prepare(write(), fresh)
    assert first == again
    assert (first.origin, first.problems, said, nothing) == ("submission", (), ["Installing 1 packages"], [])
    assert (first.site / "asgiref" / "sync.py").is_file()
    assert not list(fresh.glob(".build-*"))


def test_the_interpreter_of_the_submission_is_never_asked(write: Write, fresh: Path, tmp_path: Path) -> None:
    folder, planted = write(), tmp_path / "planted"
    for name in (".venv/bin/python", "bin/python"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(f"#!/bin/sh\ntouch {planted}\n")
        (folder / name).chmod(0o755)
    (folder / "uv.toml").write_text('index-url = "http://127.0.0.1:1/evil"\n')
    _prepare(folder, fresh)
    assert not planted.exists()


@pytest.mark.parametrize("damage", ["unfinished", "emptied", "interrupted"])
def test_a_damaged_environment_is_made_anew(write: Write, fresh: Path, damage: str) -> None:
    site = _prepare(write(), fresh)[0].site
    if damage == "emptied":
        shutil.rmtree(site)
    else:
        (site.parent / ".complete").unlink()
        (site / "evil.py").touch()
    if damage == "interrupted":
        site.parent.rename(site.parent.with_name(f".build-{site.parent.name}"))
    assert _prepare(write(), fresh)[1]
    assert (site / "asgiref" / "sync.py").is_file()
    assert not (site / "evil.py").exists()


def test_of_many_builders_one_builds_and_the_others_wait(write: Write, fresh: Path) -> None:
    folder = write()
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: _prepare(folder, fresh), range(6)))
    assert len({environment.site for environment, _ in found}) == 1
    assert sum(len(said) for _, said in found) == 1


def test_falls_back_to_the_courses_lock_and_says_why(write: Write, shared: Path, course: Environment) -> None:
    environment, said = _prepare(write(replace=('content-hash = "', 'content-hash = "0')), shared)
    assert (environment.site, environment.origin, said) == (course.site, "course", [])
    assert "changed after locking" in environment.problems[0]


def test_a_wrong_course_lock_is_the_graders_fault(write: Write, fresh: Path) -> None:
    folder = write(replace=('"2.1"', '"1.1"'))
    with pytest.raises(EnvironmentError_, match="the course's own lock is wrong"):
        _prepare(folder, fresh, course=folder)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("error: Failed to fetch: `https://index.example/simple/a/`", "cannot be fetched"),
        ("error sending request for url (https://index.example/)", "cannot be fetched"),
        ("cannot write: No space left on device (os error 28)", "cannot be fetched"),
        ("Hash mismatch for `asgiref==3` https://index.example/a.whl", ""),
        ("no wheels with a matching Python", ""),
        ("there is no version of async-timeout==99 and you require async-timeout==99", ""),
        ("it takes longer than 10 minutes", ""),
    ],
)
def test_a_lock_is_not_blamed_for_the_network(
    write: Write, shared: Path, course: Environment, monkeypatch: pytest.MonkeyPatch, said: str, word: str
) -> None:
    folder = write(names=("sqlparse", "asgiref"))
    monkeypatch.setattr(install, "_uv", lambda *_: said and install._ADDRESS.sub("the package index", said))
    monkeypatch.setattr(install, "environment_key", lambda text: "x" * 40 if text.count("==") == 2 else course.key)
    if word:
        with pytest.raises(EnvironmentError_, match=word) as caught:
            _prepare(folder, shared)
        assert "example" not in caught.value.message
    else:
        environment = _prepare(folder, shared)[0]
        assert environment.origin == "course"
        assert "example" not in environment.problems[0]
        assert "cannot be installed" in environment.problems[0]


def _module(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return Path(importlib.util.cache_from_source(str(path)))


def test_a_module_is_compiled_once_for_all_environments(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    store = tmp_path / "store"
    compiled = _module(first / "a" / "b.py", "x = 1\n")
    assert add_bytecode(first, store, python=sys.executable) == 1
    linked = _module(second / "a" / "b.py", "x = 1\n")
    other = _module(second / "c.py", "x = 1\n")
    assert add_bytecode(second, store, python=sys.executable) == 1
    assert compiled.samefile(linked)
    assert not other.samefile(linked)
    assert add_bytecode(second, store, python=sys.executable) == 0


def test_a_file_that_is_linked_again_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    _module(first / "a.py", "x = 1\n")
    add_bytecode(first, tmp_path / "store", python=sys.executable)
    second.mkdir()
    os.link(first / "a.py", second / "a.py")
    changed = _module(third / "a.py", "x = 2\n")
    read: list[Path] = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or read_bytes(path))
    assert add_bytecode(second, tmp_path / "store", python=sys.executable) == 0
    assert second / "a.py" not in read
    assert add_bytecode(third, tmp_path / "store", python=sys.executable) == 1
    assert changed.exists()


@pytest.mark.parametrize("damaged", ["[]", '{"a": 1}', "{", "\0"])
def test_notes_that_are_damaged_are_made_anew(damaged: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    _module(tmp_path / "site" / "a.py", "x = 1\n")
    add_bytecode(tmp_path / "site", store, python=sys.executable)
    (notes,) = store.glob("names.*.json")
    good = notes.read_bytes()
    notes.write_text(damaged)
    assert add_bytecode(tmp_path / "site", store, python=sys.executable) == 0
    assert notes.read_bytes() == good


def test_bytecode_is_valid_for_its_source_and_names_the_place_in_the_sandbox(tmp_path: Path) -> None:
    compiled = _module(tmp_path / "site" / "a.py", "x = 1\n")
    add_bytecode(tmp_path / "site", tmp_path / "store", python=sys.executable)
    raw = compiled.read_bytes()
    assert raw[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(raw[4:8], "little") == 0b01  # by hash, not checked
    assert raw[8:16] == importlib.util.source_hash(b"x = 1\n")
    assert marshal.loads(raw[16:]).co_filename == "/deps/a.py"


def test_bytecode_that_a_wheel_brings_reaches_nobody(tmp_path: Path) -> None:
    planted = _module(tmp_path / "site" / "a.py", "x = 1\n")
    planted.parent.mkdir()
    planted.write_bytes(b"evil")
    _module(tmp_path / "site" / "c" / "__init__.py", "x = 1\n")
    (tmp_path / "site" / "c" / "__pycache__").write_text("no folder")
    stray = planted.with_name("b.cpython-312.pyc")
    stray.write_bytes(b"evil")
    assert add_bytecode(tmp_path / "site", tmp_path / "store", python=sys.executable) == 2
    assert planted.read_bytes()[:4] == importlib.util.MAGIC_NUMBER
    assert not stray.exists()


def test_what_does_not_compile_is_not_tried_again_and_nothing_runs(tmp_path: Path) -> None:
    site = tmp_path / "site"
    compiled = _module(site / "old.py", "print 'Python 2'\n")
    _module(site / "evil.py", f"open({str(tmp_path / 'planted')!r}, 'w')\n")
    (site / "sitecustomize.py").write_text((site / "evil.py").read_text())
    (site / "evil.pth").write_text("import evil\n")
    _module(site / "template-{{ name }}\n.py", "no\n")
    assert add_bytecode(site, tmp_path / "store", python=sys.executable) == 3
    assert add_bytecode(site, tmp_path / "store", python=sys.executable) == 0
    assert not compiled.exists()
    assert not (tmp_path / "planted").exists()
    assert list((tmp_path / "store").iterdir())


def test_what_anybody_may_write_is_closed(write: Write, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def install_open(requirements: Path, site: Path, wheels: Path) -> None:
        site.mkdir()
        (site / "open.py").touch()
        (site / "open.py").chmod(0o666)

    monkeypatch.setattr(install, "_install_wheels", install_open)
    site = _prepare(write(), fresh)[0].site
    assert (site / "open.py").stat().st_mode & 0o777 == 0o644


def test_what_the_index_does_not_have_is_told_in_one_line(write: Write, shared: Path, course: Environment) -> None:
    environment, _ = _prepare(write(replace=('version = "', 'version = "99')), shared)
    assert environment.origin == "course"
    assert "there is no version of asgiref==99" in environment.problems[0]
    assert environment.problems[0].isprintable()
    assert environment.problems[0].endswith(".")
