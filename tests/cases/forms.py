"""Every way in which one and the same project is handed in: layouts, archives, and what git makes of it."""

import io
import os
import shutil
import stat
import subprocess
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_RESOURCE_FORK = b"\0\5\26\7" + bytes(116)
_SOMEBODY = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass(frozen=True)
class HandIn:
    """What follows `grader grade`: a place, and perhaps a commit or a folder in it."""

    source: Path
    commit: str | None = None
    folder: str | None = None


Form = Callable[[Path, Path], HandIn]


def git(folder: Path, *words: str) -> str:
    """What git prints, for somebody with no configuration of their own."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null", **_SOMEBODY}
    return subprocess.run(["git", *words], cwd=folder, env=env, capture_output=True, check=True).stdout.decode().strip()


def committed(folder: Path, *options: str) -> Path:
    """The folder, as a repository with one commit of all that lies in it."""
    git(folder, "init", "-q", "-b", "main", *options)
    git(folder, "add", "-Af")
    git(folder, "commit", "-q", "-m", "All", "--allow-empty")
    return folder


def files(folder: Path) -> list[tuple[str, bytes, bool]]:
    """Path, content and executable bit of every file."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [(p.relative_to(folder).as_posix(), p.read_bytes(), bool(p.stat().st_mode & 0o100)) for p in found]


def zipped(folder: Path, path: Path, *, prefix: str = "", windows: bool = False, extra: tuple[str, ...] = ()) -> Path:
    """A zip; as an old tool for Windows packs it, names have backslashes and folders entries of their own."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, executable in [(extra_name, _RESOURCE_FORK, False) for extra_name in extra] + files(folder):
            member = zipfile.ZipInfo("x")
            member.filename = f"{prefix}{name}".replace("/", "\\") if windows else f"{prefix}{name}"
            member.create_system = 0 if windows else 3
            member.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
        if windows:
            for inner in (path for path in folder.rglob("*") if path.is_dir()):
                entry = zipfile.ZipInfo("x")
                entry.filename = f"{prefix}{inner.relative_to(folder).as_posix()}/".replace("/", "\\")
                entry.create_system = 0
                archive.writestr(entry, b"")
    return path


def tarred(
    folder: Path, path: Path, *, mode: str = "w:gz", top: str = "project", forks: Literal["", "all", "inner"] = ""
) -> Path:
    """A tar; with ``forks`` each file has the companion that a Mac adds, with ``all`` the folder at the top as well."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for inner in [folder, *sorted(folder.rglob("*"))]:
            name = "/".join(part for part in (top, inner.relative_to(folder).as_posix()) if part not in ("", "."))
            if name and (forks == "all" or (forks == "inner" and inner != folder)):
                above, _, last = name.rpartition("/")
                companion = tarfile.TarInfo(f"{above}/._{last}" if above else f"._{last}")
                companion.size = len(_RESOURCE_FORK)
                archive.addfile(companion, io.BytesIO(_RESOURCE_FORK))
            if name:
                archive.add(inner, name, recursive=False)
    return path


def _nested(folder: Path, room: Path, *names: str) -> Path:
    target = room.joinpath(*names)
    target.parent.mkdir(parents=True)
    return Path(shutil.move(folder, target))


def _in_the_release(folder: Path, room: Path) -> Path:
    """The work in its place in the course's own repository, beside an earlier module."""
    _nested(folder, room, "release", "modules", "02-domain-modeling", "starter")
    other = room / "release/modules/01-environment/starter"
    other.mkdir(parents=True)
    (other / "manage.py").write_text("other")
    (room / "release/course.toml").write_text("")
    return room / "release"


def _with_environment(folder: Path, room: Path) -> HandIn:
    packages = folder / "my env" / "lib" / "python3.13" / "django"
    packages.mkdir(parents=True)
    (folder / "my env" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    for number in range(200):
        (packages / f"m{number}.py").write_text("x = 1\n")
    (folder / "node_modules/left-pad").mkdir(parents=True)
    (folder / "node_modules/left-pad/index.js").write_text("")
    (folder / "dist").mkdir()
    (folder / "dist/blog-1.0-py3-none-any.whl").write_bytes(b"PK")
    return HandIn(folder)


def _worktree(folder: Path, room: Path) -> HandIn:
    git(committed(folder), "worktree", "add", "-q", "-b", "other", str(room / "worktree"))
    return HandIn(room / "worktree", "HEAD")


def _shallow(folder: Path, room: Path) -> HandIn:
    git(committed(folder), "commit", "-q", "--allow-empty", "-m", "More")
    git(room, "clone", "-q", "--depth", "1", f"file://{folder}", "shallow")
    return HandIn(room / "shallow", "HEAD")


def _bare(folder: Path, room: Path) -> HandIn:
    git(room, "clone", "-q", "--bare", "--no-local", str(committed(folder)), "bare.git")
    return HandIn(room / "bare.git", "main")


def _before(folder: Path, room: Path) -> HandIn:
    git(committed(folder), "rm", "-q", "-r", ".")
    git(folder, "commit", "-q", "-m", "All gone")
    return HandIn(folder, "HEAD~1")


def _tagged(folder: Path, room: Path) -> HandIn:
    git(committed(folder), "tag", "-a", "v1.0 (final)".replace(" ", "-"), "-m", "Done")
    git(folder, "checkout", "-q", "--detach")
    return HandIn(folder, "v1.0-(final)")


def _odd_branch(folder: Path, room: Path) -> HandIn:
    git(committed(folder), "branch", "-m", "feature/#12-größe-👩‍💻")
    return HandIn(folder, "feature/#12-größe-👩‍💻")


def _capital_hash(folder: Path, room: Path) -> HandIn:
    return HandIn(folder, git(committed(folder), "rev-parse", "HEAD").upper())


def _git_archive(folder: Path, room: Path) -> HandIn:
    git(committed(folder), "archive", "--prefix=platform-main/", "-o", str(room / "platform.tar.gz"), "HEAD")
    return HandIn(room / "platform.tar.gz")


def _updated_zip(folder: Path, room: Path) -> HandIn:
    """Updated in place: of two entries with one name the newer comes last."""
    newest = (folder / "manage.py").read_bytes()
    (folder / "manage.py").write_bytes(b"an old draft")
    path = zipped(folder, room / "work.zip")
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings(action="ignore"):
        member = zipfile.ZipInfo("manage.py")
        member.external_attr = (stat.S_IFREG | 0o755) << 16
        archive.writestr(member, newest)
    return HandIn(path)


def _mac_zip(folder: Path, room: Path) -> HandIn:
    """Finder's Compress: names in UTF-8 that are not said to be, and a shadow tree."""
    shadows = tuple(f"__MACOSX/project/._{name.replace('/', '_')}" for name, _, _ in files(folder))
    path = zipped(folder, room / "work.zip", prefix="project/", extra=(*shadows, "project/.DS_Store"))
    return HandIn(_without_flag(path))


def _without_flag(path: Path) -> Path:
    """The same zip, in which no name is marked as UTF-8."""
    packed = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = packed.find(mark)
        while place >= 0:
            packed[place + offset + 1] &= 0xF7
            place = packed.find(mark, place + 4)
    path.write_bytes(packed)
    return path


def _copied(folder: Path, room: Path) -> HandIn:
    """Two hand-ins in one folder, of which one is named."""
    _nested(folder, room, "class", "ada", "project")
    (room / "class/ben").mkdir()
    (room / "class/ben/manage.py").write_text("other")
    return HandIn(room / "class", folder="ada/project")


FORMS: dict[str, Form] = {
    "plain folder": lambda folder, room: HandIn(folder),
    "folder in a folder": lambda folder, room: HandIn(_nested(folder, room, "ada", "project").parent),
    "three folders down": lambda folder, room: HandIn(_nested(folder, room, "a", "b", "c", "project").parents[2]),
    "whole release": lambda folder, room: HandIn(_in_the_release(folder, room)),
    "named by --path": _copied,
    "environment, packages and builds beside it": _with_environment,
    "zip": lambda folder, room: HandIn(zipped(folder, room / "work.zip")),
    "zip in a folder": lambda folder, room: HandIn(zipped(folder, room / "work.zip", prefix="project/")),
    "zip two folders down": lambda folder, room: HandIn(zipped(folder, room / "work.zip", prefix="outer/project/")),
    "zip with backslashes": lambda folder, room: HandIn(zipped(folder, room / "w.zip", prefix="p/", windows=True)),
    "zip called .tar.gz": lambda folder, room: HandIn(zipped(folder, room / "work.tar.gz")),
    "zip without a suffix": lambda folder, room: HandIn(zipped(folder, room / "download")),
    "zip updated in place": _updated_zip,
    "zip of a Mac": _mac_zip,
    "tar.gz": lambda folder, room: HandIn(tarred(folder, room / "work.tar.gz")),
    "tar without a folder": lambda folder, room: HandIn(tarred(folder, room / "work.tar", mode="w:", top="")),
    "tar.xz called .zip": lambda folder, room: HandIn(tarred(folder, room / "work.zip", mode="w:xz")),
    "tar.bz2": lambda folder, room: HandIn(tarred(folder, room / "work.tar.bz2", mode="w:bz2")),
    "tar of a Mac": lambda folder, room: HandIn(tarred(folder, room / "work.tar.gz", forks="all")),
    "tar of a Mac, but for its top folder": lambda folder, room: HandIn(tarred(folder, room / "w.tgz", forks="inner")),
    "commit": lambda folder, room: HandIn(committed(folder), "HEAD"),
    "commit of the whole release": lambda folder, room: HandIn(committed(_in_the_release(folder, room)), "HEAD"),
    "commit in a folder": lambda folder, room: HandIn(
        committed(_nested(folder, room, "repo", "platform").parent), "main"
    ),
    "commit with SHA-256": lambda folder, room: HandIn(committed(folder, "--object-format=sha256"), "HEAD"),
    "commit before the last": _before,
    "commit by its hash in capitals": _capital_hash,
    "commit at a tag": _tagged,
    "commit on a branch of any name": _odd_branch,
    "commit of a worktree": _worktree,
    "commit of a shallow clone": _shallow,
    "commit of a bare repository": _bare,
    "git archive": _git_archive,
}
