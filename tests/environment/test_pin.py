"""What a run uses is held for its whole length, and seen at the end to be what it was."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_, SandboxError
from grader.environment import Environment, pin, prepare, unchanged
from grader.environment.evict import evict
from grader.environment.pin import Pin, pinned_environment, put_aside, remove_unless_held
from tests.environment.loopback import Index, wheel
from tests.environment.projects import project

ODD, MORE = "odd-1.0-py3-none-any.whl", "more-1.0-py3-none-any.whl"
Make = Callable[..., Environment]


@pytest.fixture
def make(index: Index, tmp_path: Path) -> Make:
    """Prepares an environment of these files; each lock is written once."""
    files = {"odd/__init__.py": b"x = 1\n", "odd/below/a.py": b"", "odd/below/b.py": b""}
    index.add(wheel(files=files))
    index.add(wheel("more"), "more")

    def make(*names: str) -> Environment:
        folder = tmp_path / "-".join(names or (ODD,))
        if not folder.exists():
            project(folder, index, *(names or (ODD,)))
        return prepare(folder, course_lock=folder, cache=tmp_path / "cache", progress=lambda text: None)

    return make


def _pin(environment: Environment) -> Pin:
    assert environment.pin is not None
    return environment.pin


def _replace(site: Path) -> None:
    (site / "odd" / "new.py").write_text("x = 2\n")
    (site / "odd" / "new.py").rename(site / "odd" / "__init__.py")


def _overwrite(path: Path) -> None:
    """In place, by as many bytes: neither its folder nor its size says so."""
    size = path.stat().st_size
    path.chmod(0o644)
    path.write_bytes(b"#" * size)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "everything removed": shutil.rmtree,
    "environment removed": lambda site: shutil.rmtree(site.parent),
    "emptied": lambda site: shutil.rmtree(site) or site.mkdir(),
    "a package removed": lambda site: shutil.rmtree(site / "odd"),
    "a file removed": lambda site: (site / "odd" / "below" / "a.py").unlink(),
    "a file added": lambda site: (site / "odd" / "below" / "c.py").touch(),
    "a file replaced": _replace,
    "a file overwritten": lambda site: _overwrite(site / "odd" / "__init__.py"),
    "bytecode overwritten": lambda site: _overwrite(next((site / "odd" / "__pycache__").iterdir())),
    "put aside": lambda site: put_aside(site.parent),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_changed_meanwhile_is_noticed(make: Make, name: str) -> None:
    environment = make()
    assert _pin(environment).is_intact()
    DAMAGES[name](environment.site)
    assert not _pin(environment).is_intact()


def test_what_was_overwritten_is_fetched_again(make: Make, index: Index) -> None:
    """The file is the same one in the store of wheels, and in every environment that links it."""
    environment = make()
    first = (environment.site / "odd" / "__init__.py").read_bytes()
    _overwrite(environment.site / "odd" / "__init__.py")
    put_aside(environment.site.parent)
    index.asked.clear()
    again = make()
    assert (again.site / "odd" / "__init__.py").read_bytes() == first
    assert len([path for path in index.asked if path.endswith(".whl")]) == 1
    assert _pin(again).is_intact()


def test_control_by_its_folders_alone_it_would_not_be_noticed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = make()
    monkeypatch.setattr(pin, "is_unchanged", lambda folder, files: True)
    _overwrite(environment.site / "odd" / "__init__.py")
    assert _pin(environment).is_intact()


def test_what_reads_it_changes_nothing(make: Make) -> None:
    """Bytecode of a Python that is told to optimise, further links of its files, and another look for it."""
    environment = make()
    (environment.site / "odd" / "__pycache__" / "a.opt-1.pyc").touch()
    shutil.copytree(environment.site, environment.site.parents[1] / "links", copy_function=os.link)
    assert make() == environment
    assert _pin(environment).is_intact()


def test_what_was_made_anew_is_another_one(make: Make) -> None:
    environment = make()
    shutil.rmtree(environment.site.parent)
    again = make()
    assert again == environment
    assert (_pin(environment).is_intact(), _pin(again).is_intact()) == (False, True)


@pytest.mark.parametrize("name", DAMAGES)
def test_a_run_in_a_changed_environment_is_repeated(make: Make, name: str) -> None:
    seen: list[bool] = []
    said: list[str] = []

    def measure(environment: Environment) -> str:
        if not seen:
            DAMAGES[name](environment.site)
        seen.append((environment.site / "odd" / "below" / "a.py").exists())
        return f"run {len(seen)}"

    environment, found = unchanged(make, measure, said.append)
    assert (found, seen[-1], len(said)) == ("run 2", True, 1)
    assert _pin(environment).is_intact()


def test_what_another_run_has_made_anew_is_left_to_it(make: Make) -> None:
    """Else each of two runs would take the environment from under the other, and neither would come to an end."""
    anew: list[Environment] = []

    def measure(environment: Environment) -> str:
        if not anew:
            _overwrite(environment.site / "odd" / "__init__.py")
            put_aside(environment.site.parent)
            anew.append(make())
        return "well"

    assert unchanged(make, measure, lambda text: None)[1] == "well"
    assert _pin(anew[0]).is_intact()


def test_an_error_in_a_changed_environment_is_no_error(make: Make) -> None:
    seen: list[int] = []

    def measure(environment: Environment) -> str:
        seen.append(1)
        if len(seen) == 1:
            shutil.rmtree(environment.site)
            raise SandboxError("no such folder", "")
        return "well"

    assert unchanged(make, measure, lambda text: None)[1] == "well"


def test_control_an_error_in_an_unchanged_one_is(make: Make) -> None:
    def measure(environment: Environment) -> str:
        raise SandboxError("no sandbox", "")

    with pytest.raises(SandboxError):
        unchanged(make, measure, lambda text: None)


def test_twice_changed_is_not_graded(make: Make) -> None:
    said: list[str] = []
    with pytest.raises(EnvironmentError_, match=r"changed twice while they were in use \(odd/.*\), so nothing"):
        unchanged(make, lambda environment: shutil.rmtree(environment.site), said.append)
    assert said[0].startswith("The installed packages were changed from outside meanwhile (odd/")


def test_what_is_held_is_not_evicted(make: Make, tmp_path: Path) -> None:
    held, given_up = make(), make(MORE)
    _pin(given_up).release()
    evict(tmp_path / "cache", environments=0, wheel_bytes=0)
    assert _pin(held).is_intact()
    assert not given_up.site.exists()
    assert not list((tmp_path / "cache" / "unpacked").glob("*/manifest.json"))
    _pin(held).release()
    evict(tmp_path / "cache", environments=0, wheel_bytes=0)
    assert not held.site.exists()


def test_the_longest_unused_go_first(make: Make, tmp_path: Path) -> None:
    old, new = make(), make(MORE)
    for environment, seconds in ((old, 2_000), (new, 1_000)):
        _pin(environment).release()
        os.utime(environment.site.parent / ".complete", (seconds, seconds))
    _pin(make()).release()  # the older one is used again
    evict(tmp_path / "cache", environments=1, wheel_bytes=1 << 30)
    assert (old.site.exists(), new.site.exists()) == (True, False)
    assert len(list((tmp_path / "cache" / "unpacked").glob("*/manifest.json"))) == 2


def test_what_is_put_aside_goes_when_nobody_holds_it(make: Make, tmp_path: Path) -> None:
    environment = make()
    put_aside(environment.site.parent)
    (aside,) = (tmp_path / "cache").glob(".aside-*")
    assert (aside / "site" / "odd").is_dir()
    _pin(environment).release()
    evict(tmp_path / "cache")
    assert not list((tmp_path / "cache").glob(".aside-*"))


def test_what_builders_left_goes_after_an_hour(make: Make, tmp_path: Path) -> None:
    make()
    left = [tmp_path / "cache" / name for name in (".build-x", ".download-x", "unpacked/.unpack-x", ".build-y")]
    for path in left:
        path.mkdir()
    for path in left[:3]:
        os.utime(path, (1, 1))
    evict(tmp_path / "cache")
    assert [path.exists() for path in left] == [False, False, False, True]


def test_a_hold_ends_with_whoever_has_it(make: Make) -> None:
    folder = make().site.parent
    pin = pinned_environment(folder)
    assert not remove_unless_held(folder)
    del pin
    assert remove_unless_held(folder)
    assert pinned_environment(folder) is None
