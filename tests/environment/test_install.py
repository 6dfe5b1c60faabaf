import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_
from grader.environment import Environment, prepare
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


def test_what_the_index_does_not_have_is_told_in_one_line(write: Write, shared: Path, course: Environment) -> None:
    environment, _ = _prepare(write(replace=('version = "', 'version = "99')), shared)
    assert environment.origin == "course"
    assert "the package index has no wheel of asgiref 99" in environment.problems[0]
    assert environment.problems[0].isprintable()
    assert environment.problems[0].endswith(".")
