"""Wheels that were unpacked once, each by its hash: made in a sandbox from one wheel, written here file by file."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from grader.domain.errors import EnvironmentError_
from grader.environment import unpack
from grader.environment.choose import Pinned, platform_facts
from grader.environment.faults import NotInstallable
from grader.environment.inventory import Inventory, inventory, is_unchanged
from grader.environment.limits import MOST_WHEEL_BYTES, MOST_WHEEL_FILES, UNPACKING
from grader.environment.pin import held, put_aside
from grader.sandbox.api import FIRST_FD, Launch, Mount, Sandbox

_HERE = Path(__file__).parent
_MANIFEST, _INVENTORY = "manifest.json", "inventory.json"
_FORMAT = "2"
_CHUNK = 1 << 20
CACHE = "__pycache__"


class Manifest(msgspec.Struct, frozen=True):
    """What a wheel unpacks to: its folders from the top, its files, which of them have bytecode, and all bytes."""

    folders: tuple[str, ...]
    files: tuple[str, ...]
    compiled: frozenset[str]
    size: int


class Wheels:
    """The wheels below ``folder``. Of two that unpack the same one at a time, one is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._version = "-".join((*platform_facts(), _FORMAT))

    def place(self, sha256: str) -> Path:
        """The folder of the wheel with that hash, for this Python."""
        return self._folder / f"{sha256}.{self._version}"

    def find(self, requirement: Pinned) -> Path | None:
        """The folder of the wheel that was chosen for this requirement before, if it is still there."""
        with suppress(OSError):
            sha256 = (self._folder / "chosen" / requirement.key).read_text("ascii")
            if sha256 in requirement.hashes and (self.place(sha256) / _MANIFEST).is_file():
                return self.place(sha256)
        return None

    def hold(self, requirements: Iterable[Pinned], stack: ExitStack) -> dict[Pinned, Path]:
        """The folders of those that are here as they were unpacked; nobody removes one before the end of ``stack``."""
        found = {}
        for one in requirements:
            if (place := self.find(one)) is not None and stack.enter_context(held(place)):
                if not _is_sound(place):
                    put_aside(place)  # environments link its files, so whoever overwrites theirs overwrites ours
                    continue
                os.utime(place)
                found[one] = place
        return found

    def remember(self, requirement: Pinned, sha256: str) -> None:
        """Notes which wheel was chosen, so that the same requirement gets the same one from now on."""
        place = self._folder / "chosen" / requirement.key
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_suffix(f".{secrets.token_hex(4)}")
        partial.write_text(sha256, "ascii")
        partial.rename(place)

    def add(self, wheel: Path, sha256: str, requirement: Pinned, sandbox: Sandbox) -> None:
        """Unpacks and compiles a wheel; nothing of it stays unless all went well.

        Raises:
            NotInstallable: it is not sound, too large, or takes too much to unpack and compile.
            SandboxError: the sandbox does not start.
        """
        room = self._folder / f".unpack-{secrets.token_hex(6)}"
        (room / "site").mkdir(parents=True)
        try:
            manifest = _unpacked(wheel, requirement, sandbox, _Writer(room / "site", requirement))
            (room / _INVENTORY).write_bytes(msgspec.json.encode(inventory(room / "site")))
            (room / _MANIFEST).write_bytes(msgspec.json.encode(manifest))
            try:
                room.rename(self.place(sha256))
            except OSError:
                if not (self.place(sha256) / _MANIFEST).is_file():
                    raise
        finally:
            shutil.rmtree(room, ignore_errors=True)


def _is_sound(place: Path) -> bool:
    """Whether the wheel's files are those that were unpacked."""
    try:
        files = msgspec.json.decode((place / _INVENTORY).read_bytes(), type=Inventory)
    except (OSError, msgspec.DecodeError):
        return False
    return is_unchanged(place / "site", files)


def manifest_of(place: Path) -> Manifest:
    """What a wheel's folder holds; ``EnvironmentError_`` if somebody damaged it."""
    try:
        return msgspec.json.decode((place / _MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise EnvironmentError_(f"{place} is damaged.", f"Remove {place.parent.parent} and try again.") from None


def bytecode_of(module: str) -> str:
    """Where the bytecode of a module lies, both below the folder of packages."""
    folder, _, name = module.rpartition("/")
    return f"{folder}/{CACHE}/{name[:-3]}{unpack.SUFFIX}".lstrip("/")


def _unpacked(wheel: Path, requirement: Pinned, sandbox: Sandbox, writer: "_Writer") -> Manifest:
    """Runs the unpacker in the sandbox and writes what it says."""
    reading, writing = os.pipe()
    tools = (
        Mount(_HERE / "unpack.py", "/grader/unpack.py"),
        Mount(_HERE / "poetry_shell.py", "/grader/poetry_shell.py"),
    )
    inside = f"/wheel/{wheel.name}"
    words = (str(FIRST_FD), inside, requirement.name, str(MOST_WHEEL_FILES), str(MOST_WHEEL_BYTES))
    launch = Launch(
        argv=("/grader/unpack.py", *words),
        mounts=(*tools, Mount(wheel, inside)),
        limits=UNPACKING,
        pass_fds=(writing,),
        cwd="/",
        output_limit=4096,
    )
    with os.fdopen(reading, "rb", buffering=_CHUNK) as stream:
        try:
            process = sandbox.start(launch, submission=None, deps=None)
        finally:
            os.close(writing)
        try:
            return writer.read(stream)
        finally:
            process.kill()


class _Writer:
    """Writes the records of one wheel below a folder of the trusted side's own, and believes none of them.

    A name is one below the folder; a file is a new one; bytecode belongs to the module just written; and all together
    keep the bounds of a wheel.
    """

    def __init__(self, site: Path, requirement: Pinned) -> None:
        self._site, self._what = site, f"{requirement.name} {requirement.version}"
        self._folders: dict[str, None] = {}
        self._files: list[str] = []
        self._compiled: set[str] = set()
        self._size = 0

    def read(self, stream: BinaryIO) -> Manifest:
        """All records up to the last; ``NotInstallable`` for a refusal or if there is no last one."""
        while True:
            head = stream.read(unpack.RECORD.size)
            if len(head) < unpack.RECORD.size:
                raise self._refusal("unpacking and compiling it takes more memory or time than any package may")
            kind, name_size, size = unpack.RECORD.unpack(head)
            if kind == unpack.DONE:
                return Manifest(tuple(self._folders), tuple(self._files), frozenset(self._compiled), self._size)
            if kind == unpack.REFUSED:
                reason = stream.read(min(size, 500)).decode("utf-8", "replace")
                raise self._refusal("".join(c if c.isprintable() else "�" for c in reason)[:300])
            self._add(kind, stream.read(name_size).decode("utf-8", "surrogatepass"), size, stream)

    def _add(self, kind: int, name: str, size: int, stream: BinaryIO) -> None:
        try:
            unpack.check_path(name)
        except unpack.Refused as refused:
            raise self._refusal(str(refused)) from None
        self._size += size
        if len(self._files) >= 2 * MOST_WHEEL_FILES or self._size > 2 * MOST_WHEEL_BYTES:
            raise self._refusal("it unpacks and compiles to more than any package may")
        if kind == unpack.BYTECODE:
            if not self._files or name != bytecode_of(self._files[-1]):
                raise self._refusal("it brings bytecode that belongs to no module")
            self._compiled.add(self._files[-1])
        elif CACHE in name.split("/"):
            raise self._refusal("it brings bytecode of its own")
        else:
            self._files.append(name)
        self._make_folders(name)
        self._write(name, 0o555 if kind == unpack.PROGRAM else 0o444, size, stream)

    def _make_folders(self, name: str) -> None:
        parts = name.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count])
            if folder not in self._folders:
                self._new(Path.mkdir, folder)
                self._folders[folder] = None

    def _write(self, name: str, mode: int, size: int, stream: BinaryIO) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        fd = self._new(lambda path: os.open(path, flags, mode), name)
        with os.fdopen(fd, "wb", buffering=0) as out:
            os.fchmod(out.fileno(), mode)
            while size:
                if not (data := stream.read(min(size, _CHUNK))):
                    raise self._refusal("unpacking and compiling it takes more memory or time than any package may")
                out.write(data)
                size -= len(data)

    def _new[T](self, make: Callable[[Path], T], name: str) -> T:
        try:
            return make(self._site / name)
        except (FileExistsError, NotADirectoryError):
            raise self._refusal(f"two of its files are one name: {name[:80]!r}") from None

    def _refusal(self, why: str) -> NotInstallable:
        return NotInstallable(f"{self._what}: {why}")
