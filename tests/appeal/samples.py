"""A project in a repository, as a learner has it, with a result of it; bundles, and zips that pretend to be one."""

import io
import struct
import subprocess
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.appeal.choose import chosen
from grader.appeal.claim import Says
from grader.appeal.work import repository_of, work_of
from grader.appeal.write import bundle, claim_of
from grader.domain.result import Result
from grader.intake import take_in
from grader.pipeline import Assignment, score_measured
from grader.report import encode
from tests.classroom.samples import ASSIGNMENT, measured

ONE, TWO, THREE, READ = "domain.one", "domain.two", "domain.three", "domain.read"
FILES = {
    "manage.py": "import sys\n",
    "pyproject.toml": "[project]\nname = 'blog'\n",
    "src/apps/posts/models.py": "class Post:\n    title = ''\n",
}


def git(folder: Path, *words: str) -> str:
    """What git says in the folder."""
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *name, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def project(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """The files in the folder; `manage.py` can be executed, and a `.env` lies beside it."""
    for path, text in {**files, ".env": "SECRET_KEY=of-this-machine\n"}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "manage.py").chmod(0o755)
    return folder


def committed(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """The project in a repository of its own, all of it committed but for what is ignored."""
    project(folder, files)
    (folder / ".gitignore").write_text(".env\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "work")
    return folder


def result_of(
    folder: Path, passed: tuple[str, ...] = (THREE,), assignment: Assignment = ASSIGNMENT, **more: object
) -> Result:
    """What a grading of the folder as it lies there said: these criteria pass."""
    copy = folder.parent / f"{folder.name}.graded"
    tree = take_in(folder, into=copy).tree_hash
    subprocess.run(["rm", "-rf", str(copy)], check=True)
    facts: dict[str, object] = {"tree_hash": tree, "commit": None} | more
    errored = facts.pop("errored", ())
    said = measured(passed, errored=errored, module=assignment.module, **facts)  # type: ignore[arg-type]
    return score_measured(said, assignment)


def stored(result: Result, path: Path) -> Path:
    """The result as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(result))
    return path


def appealed(
    repository: Path,
    room: Path,
    *,
    says: Says = "wrongly failed",
    criterion: str = ONE,
    because: str = "The brief does not ask for it.",
    result: Result | None = None,
) -> bytes:
    """The bundle of an appeal of the project in the repository."""
    found = result or result_of(repository, (ONE, THREE) if says == "wrongly passed" else (THREE,))
    room.mkdir(parents=True, exist_ok=True)
    work = work_of(found, repository, repository_of(repository), None, room)
    return bundle(claim_of(found, chosen(found, criterion, says), says, because, work), work)


def members(content: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes], *, modes: Mapping[str, int] | None = None) -> bytes:
    """A zip of these, with the modes of some."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            default = 0o100755 if name.endswith("manage.py") else 0o100644
            member.external_attr = (modes or {}).get(name, default) << 16
            archive.writestr(member, data)
    return buffer.getvalue()


def another_seed(result: Result, seed: int) -> Result:
    """The same result with another seed."""
    return replace(result, provenance=replace(result.provenance, seed=seed))


def twice(name: str, first: bytes, second: bytes, rest: Mapping[str, bytes]) -> bytes:
    """A zip in which one name is there two times."""
    buffer = io.BytesIO(packed({**rest, name: first}))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # which is what this is about
        member = zipfile.ZipInfo(name)
        member.external_attr = archive.getinfo(name).external_attr
        archive.writestr(member, second)
    return buffer.getvalue()


def lying_about(name: str, size: int, content: bytes) -> bytes:
    """The same zip, that announces another size of the file, in its list and beside its data."""
    data = bytearray(content)
    for mark, place, at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        found = -1
        while (found := data.find(mark, found + 1)) >= 0:
            if data[found + at : found + at + len(name)] == name.encode():
                data[found + place : found + place + 4] = struct.pack("<I", size)
    return bytes(data)
