"""Several that install at a time, and one that is killed while it does."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pytest

from grader.environment import collect
from grader.environment.evict import evict
from grader.environment.install import installed
from grader.environment.wheels import Wheels
from tests.environment.loopback import Index, wheel

NAMES = ("aa", "bb", "cc")


def _requirements(index: Index) -> list[str]:
    """Every choice of the three packages."""
    lines = {name: index.add(wheel(name, files={f"{name}/__init__.py": b"x = 1\n"}), name) for name in NAMES}
    return ["".join(lines[name] for name in some) for count in (1, 2, 3) for some in combinations(NAMES, count)]


def _install(requirements: str, cache: Path) -> int:
    pin = installed(requirements, cache=cache, what="it", progress=lambda text: None)
    found = len([path for path in pin.site.glob("??/__init__.py") if path.read_bytes() == b"x = 1\n"])
    assert pin.is_intact()
    return found


def test_environments_that_share_wheels_are_made_at_the_same_time(index: Index, tmp_path: Path) -> None:
    wanted = 2 * _requirements(index)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda text: _install(text, tmp_path / "cache"), wanted))
    assert found == 2 * [1, 1, 1, 2, 2, 2, 3]
    assert len(list((tmp_path / "cache" / "unpacked").glob("*/manifest.json"))) == 3
    left = {path.name[:9] for path in (tmp_path / "cache").rglob(".*") if path.is_dir()}
    assert left == set()


def test_who_evicts_meanwhile_breaks_nothing(index: Index, tmp_path: Path) -> None:
    """Whatever is removed is not in use, or is made again."""
    wanted, over = _requirements(index), threading.Event()

    def evict_always() -> None:
        while not over.wait(0.01):
            if (tmp_path / "cache" / "unpacked").is_dir():
                evict(tmp_path / "cache", environments=0, wheel_bytes=0)

    thread = threading.Thread(target=evict_always)
    thread.start()
    try:
        for text in 2 * wanted:
            assert _install(text, tmp_path / "cache") == text.count("==")
    finally:
        over.set()
        thread.join()


def test_a_wheel_that_is_all_but_in_its_place_stays(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last moment of unpacking: all is written, and the room has not got its name yet."""
    rename, kept = Path.rename, []

    def evict_first(self: Path, target: Path) -> Path:
        if self.name.startswith(".unpack-"):
            evict(tmp_path / "cache", wheel_bytes=0)
            kept.append((self / "manifest.json").is_file())
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", evict_first)
    _install(_requirements(index)[0], tmp_path / "cache")
    assert kept
    assert all(kept)


INSTALL = """
import os, sys
from pathlib import Path
from grader.environment import collect
from grader.environment.install import installed
def slowly(*_, **__):
    os.write(1, b"begun")
    __import__("time").sleep(60)
collect.download = slowly
installed(sys.argv[1], cache=Path(sys.argv[2]), what="it", progress=lambda text: None)
"""


def test_a_builder_that_is_killed_holds_nobody_up(index: Index, tmp_path: Path) -> None:
    text, cache = _requirements(index)[-1], tmp_path / "cache"
    builder = subprocess.Popen([sys.executable, "-c", INSTALL, text, str(cache)], stdout=subprocess.PIPE)
    assert builder.stdout is not None
    assert builder.stdout.read(5) == b"begun"
    os.kill(builder.pid, signal.SIGKILL)
    builder.wait()
    builder.stdout.close()
    began = time.monotonic()
    assert _install(text, cache) == 3
    assert time.monotonic() - began < 30


def test_of_two_that_unpack_one_wheel_one_is_kept(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were told that it is not here yet."""
    text = _requirements(index)[0]
    whole, places = Wheels.add, []

    def twice(self: Wheels, path: Path, sha256: str, *rest: object) -> None:
        whole(self, path, sha256, *rest)  # type: ignore[arg-type]
        places.append((self.place(sha256) / "site").stat().st_ino)
        whole(self, path, sha256, *rest)  # type: ignore[arg-type]
        places.append((self.place(sha256) / "site").stat().st_ino)

    monkeypatch.setattr(collect.Wheels, "add", twice)
    assert _install(text, tmp_path / "cache") == 1
    assert places[0] == places[1]
