"""Hostile submissions as data: `cases/*.toml` over a starter or a solution, made into a folder."""

import importlib.util
import marshal
import shutil
import struct
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
LOOT = Path(__file__).parent / "loot.py"


@dataclass(frozen=True)
class Edit:
    """A text of a file that is there once, and what takes its place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Attack:
    """One hostile submission, which ends in a result (``outcome`` graded), a SubmissionError (refused) or in any.

    ``fault`` is what it really lacks: the honest submission that it is held against lacks it too. The criteria in
    ``failed`` have to be failed. With ``hidden_first`` the hidden checks come before the public ones, as in every other
    lane of a whole grading.
    """

    name: str
    title: str
    row: str
    base: str
    module: int = 2
    outcome: str = "graded"
    database: str = "sqlite"
    slow: bool = False
    loot: bool = False
    listener: bool = False
    below_honest: bool = False
    constant_answers: bool = False
    hidden_first: bool = False
    survivors: str = ""
    canary_file: str = ""
    many: int = 0
    forbidden: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    fault: tuple[Edit, ...] = ()
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


_PARTS = ("files", "copies", "append", "append_more", "prepend", "bytecode", "links", "sparse", "utf16")


def load_attacks() -> list[Attack]:
    """Every case, by name."""
    attacks = []
    for path in sorted(CASES.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        parts = {key: data.pop(key) for key in _PARTS if key in data}
        for key in ("forbidden", "criteria", "failed"):
            data[key] = tuple(data.pop(key, ()))
        data["fault"] = tuple(Edit(**edit) for edit in data.pop("fault", ()))
        attacks.append(Attack(name=path.stem, parts=parts, **data))
    return attacks


def materialise(attack: Attack, base: Path | None, out: Path, port: int) -> Path:
    """Write the submission to ``out``; ``TRACK_PORT`` in its texts becomes the port of the listener outside."""
    if base is None:
        out.mkdir(parents=True)
    else:
        shutil.copytree(base, out)
    lack(attack.fault, out)
    _texts(attack, out, port)
    _oddities(attack, out)
    if attack.loot:
        shutil.copyfile(LOOT, out / "src" / "loot.py")
    return out


def lack(fault: tuple[Edit, ...], out: Path) -> None:
    """Takes out of the submission in ``out`` what it is to lack."""
    for edit in fault:
        text = _text(out / edit.file)
        assert text.count(edit.old) == 1, edit
        _write(out / edit.file, text.replace(edit.old, edit.new))


def _texts(attack: Attack, out: Path, port: int) -> None:
    part = attack.parts.get
    for name, text in part("files", {}).items():
        _write(out / name, text.lstrip("\n").replace("TRACK_PORT", str(port)))
    for name, source in part("copies", {}).items():
        _write(out / name, (out / source).read_text("utf-8"))
    for name, text in [*part("append", {}).items(), *part("append_more", {}).items()]:
        _write(out / name, _text(out / name) + text.replace("TRACK_PORT", str(port)))
    for name, text in part("prepend", {}).items():
        _write(out / name, text.lstrip("\n") + _text(out / name))


def _oddities(attack: Attack, out: Path) -> None:
    part = attack.parts.get
    for name, text in part("utf16", {}).items():
        (out / name).write_bytes(text.encode("utf-16"))
    for name, source in part("bytecode", {}).items():
        _bytecode(out / name, source)
    for name, target in part("links", {}).items():
        (out / name).unlink(missing_ok=True)
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).symlink_to(target)
    for name, megabytes in part("sparse", {}).items():
        with (out / name).open("wb") as file:
            file.truncate(megabytes << 20)
    for number in range(attack.many):
        _write(out / "many" / str(number % 100) / f"{number}.txt", "")


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _bytecode(stem: Path, source: str) -> None:
    """Unchecked hash-based bytecode, which an interpreter takes without looking at the source beside it."""
    code = marshal.dumps(compile(source, stem.name, "exec"))
    for version in ("312", "313"):
        path = stem.with_name(f"{stem.name}.cpython-{version}.pyc")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(importlib.util.MAGIC_NUMBER + struct.pack("<I", 1) + b"\0" * 8 + code)
