"""Locks that try to exhaust the machine while their packages are installed, or to choose that there is no result."""

import re
import struct
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import uv

from grader.domain.errors import EnvironmentError_
from grader.environment import Environment, collect, limits, prepare, wheels
from grader.environment.faults import Unreachable
from tests.environment.conftest import index as index_fixture
from tests.environment.loopback import Index, wheel
from tests.environment.projects import project

index = index_fixture
ODD, GOOD = "odd-1.0-py3-none-any.whl", "good-1.0-py3-none-any.whl"
Try = Callable[..., Environment]


@pytest.fixture
def attempt(index: Index, tmp_path: Path) -> Try:
    """Prepares the environment of a lock that pins the odd wheel, beside a course that pins a good one."""
    index.add(wheel("good"), "good")
    course = project(tmp_path / "course", index, GOOD)

    def attempt(name: str, marker: str = "") -> Environment:
        folder = project(tmp_path / "submission", index, name, markers={name: marker} if marker else {})
        return prepare(folder, course_lock=course, cache=tmp_path / "cache", progress=lambda text: None)

    return attempt


def kept(cache: Path) -> set[str]:
    """The names of all files of packages that the cache keeps."""
    return {path.name for path in cache.rglob("site/**/*") if path.is_file() and not path.name.endswith(".pyc")}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def zeros(megabytes: int) -> bytes:
    return wheel(files={f"odd/{part}": bytes(50 << 20) for part in range(megabytes // 50)})


def literals(count: int) -> bytes:
    """A module that is a list of so many numbers: 200 bytes of memory each to compile, none to compress."""
    return wheel(files={"odd/__init__.py": b"x = [" + b"0,\n" * count + b"]\n"})


def entries(count: int) -> bytes:
    """An archive of so many empty files, written by hand: a library takes its time over that."""
    local, central = bytearray(), bytearray()
    names = [b"odd-1.0.dist-info/METADATA", b"odd-1.0.dist-info/RECORD", *(b"f/%07d" % n for n in range(count - 2))]
    for name in names:
        head = (20, 0, 0, 0, 33, 0, 0, 0, len(name), 0)
        central += struct.pack("<4sH5H3L5H2L", b"PK\1\2", 20, *head, 0, 0, 0, 0, len(local)) + name
        local += struct.pack("<4s5H3L2H", b"PK\3\4", *head) + name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(central), len(local), 0)
    return bytes(local + central + end)


EXHAUSTING = {
    "compiling takes memory": (lambda: literals(5_000_000), "memory"),
    "unpacking takes the disk": (lambda: zeros(300), "it unpacks to 300 MB, more than 256"),
    "files without end": (lambda: entries(25_000), "it holds 25,000 files, more than 20,000"),
}
UNBOUNDED = {
    "UNPACKING": replace(limits.UNPACKING, memory_mb=8192, address_mb=8192),
    "MOST_WHEEL_BYTES": 1 << 30,
    "MOST_WHEEL_FILES": 30_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", EXHAUSTING)
def test_a_lock_cannot_exhaust_the_machine(index: Index, attempt: Try, tmp_path: Path, name: str) -> None:
    make, said = EXHAUSTING[name]
    index.add(make())
    environment = attempt(ODD)
    assert environment.origin == "course"
    assert said in environment.problems[0]
    assert "odd 1.0" in environment.problems[0]
    assert kept(tmp_path / "cache") == {"__init__.py", "METADATA", "WHEEL", "RECORD"}
    assert _size(tmp_path / "cache") < 10_000


@pytest.mark.slow
@pytest.mark.parametrize("name", EXHAUSTING)
def test_control_without_the_bounds_it_is_installed(
    index: Index, attempt: Try, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    index.add(EXHAUSTING[name][0]())
    for bound, value in UNBOUNDED.items():
        monkeypatch.setattr(wheels, bound, value)
    environment = attempt(ODD)
    assert (environment.origin, environment.problems) == ("submission", ())
    assert len(list(environment.site.rglob("*"))) > 20_000 or _size(environment.site) > 30 << 20


@pytest.mark.slow
def test_a_million_entries_are_refused_before_they_are_read(index: Index, attempt: Try, tmp_path: Path) -> None:
    """Listing them alone takes more memory than the sandbox has; the trusted side never lists them."""
    data = entries(900_000)
    assert len(data) < limits.MOST_DOWNLOAD_BYTES
    index.add(data)
    environment = attempt(ODD)
    assert environment.origin == "course"
    assert "odd 1.0: " in environment.problems[0]


NETWORK = ("operation timed out", "error sending request", "Failed to fetch", "tcp connect error", "No space left")


@pytest.mark.parametrize("words", NETWORK)
def test_no_words_of_a_lock_are_a_fault_of_the_network(index: Index, attempt: Try, words: str) -> None:
    """A package that the index does not have, with a marker that every message about it repeats."""
    environment = attempt(ODD, marker=f"\"platform_version != '{words}'\"")
    assert environment.origin == "course"
    assert "the package index has no odd" in environment.problems[0]
    assert not SAID_BY_THE_NETWORK.search(environment.problems[0])


# How a fault of the network was told from one of the lock before: by what an installer says.
SAID_BY_THE_NETWORK = re.compile(
    "Failed to fetch|error sending request|tcp connect error|operation timed out|No space left"
)


@pytest.mark.parametrize("words", NETWORK)
def test_control_a_search_for_these_words_finds_them_in_what_an_installer_says(
    index: Index, tmp_path: Path, words: str
) -> None:
    """The same package and marker: every message repeats it, whatever the network does."""
    (tmp_path / "wanted.txt").write_text(f"odd==1.0 ; platform_version != '{words}' --hash=sha256:{'0' * 64}\n")
    command = [uv.find_uv_bin(), "pip", "install", "--no-config", "--require-hashes", "--no-deps", "--quiet"]
    command += [
        "--cache-dir",
        str(tmp_path / "uv"),
        "--target",
        str(tmp_path / "site"),
        "-r",
        str(tmp_path / "wanted.txt"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert SAID_BY_THE_NETWORK.search(" ".join(done.stderr.split()))


@pytest.mark.parametrize("broken", ["/simple/odd/", f"/files/{ODD}"])
def test_a_package_that_alone_cannot_be_fetched_is_the_locks_fault(index: Index, attempt: Try, broken: str) -> None:
    """The course's own package can be had at the same time."""
    index.add(wheel())
    index.broken = (broken,)
    environment = attempt(ODD)
    assert environment.origin == "course"
    assert "cannot be had, though the course's can" in environment.problems[0]
    assert "127.0.0.1" not in environment.problems[0]


@pytest.mark.parametrize("installed_before", [False, True])
def test_control_where_nothing_can_be_fetched_no_lock_is_to_blame(
    index: Index, attempt: Try, tmp_path: Path, installed_before: bool
) -> None:
    index.add(wheel())
    if installed_before:
        prepare(tmp_path / "course", course_lock=tmp_path / "course", cache=tmp_path / "cache", progress=str)
    index.broken = ("/",)
    with pytest.raises(EnvironmentError_, match="cannot be fetched: the package index answers with status 503"):
        attempt(ODD)


def test_a_fault_that_passes_costs_nothing(index: Index, attempt: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    """It erred once and the course's package could be had: what counts is the second attempt."""
    index.add(wheel())
    failures = iter([1])
    whole = collect.download

    def download(url: str, into: Path, *, most: int) -> str:
        if next(failures, None):
            raise Unreachable("packages cannot be fetched: it broke off.")
        return whole(url, into, most=most)

    monkeypatch.setattr(collect, "download", download)
    environment = attempt(ODD)
    assert (environment.origin, environment.problems) == ("submission", ())
