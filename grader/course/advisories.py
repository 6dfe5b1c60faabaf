"""Fetches published advisories, keeps of each record what an audit needs, and names the snapshot in course.toml."""

import gzip
import hashlib
import io
import json
import re
import urllib.request
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.domain.advisories import Advisories
from grader.domain.errors import CourseError, EnvironmentError_

PUBLISHED = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
_PLACE = "rubric/advisories.jsonl.gz"
_KEPT = ("id", "aliases", "summary", "modified")
_LARGEST, _LARGEST_RECORD, _MOST = 512 << 20, 4 << 20, 200_000
_LIVE = re.compile(r"^live = .*\n", re.MULTILINE)
_TABLE = re.compile(r"^\[advisories\]\n(?:(?!\[).*\n)*?(?=\n|\[|\Z)", re.MULTILINE)


def fetch(address: str, root: Path) -> tuple[Advisories, int]:
    """Writes the snapshot below ``root``, and says how many records it has.

    ``address`` is that of a zip archive with a JSON file for each OSV record. What was withdrawn is left out.

    Raises:
        EnvironmentError_: it cannot be fetched, or is no such archive. What was there before stays.
    """
    if not address.startswith(("https://", "http://127.0.0.1:")):
        raise EnvironmentError_(f"{address} is no address that is fetched from.", "Name one that begins with https://.")
    again = "Check the address and the network, then run the same command again."
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            data = answer.read(_LARGEST + 1)
        lines = sorted(_lines(data))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, RecursionError) as error:
        raise EnvironmentError_(f"The advisories cannot be fetched: {str(error)[:200]}", again) from None
    if not lines:
        raise EnvironmentError_("The archive holds no advisory.", again)
    snapshot = gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)
    (root / _PLACE).parent.mkdir(exist_ok=True)
    (root / _PLACE).write_bytes(snapshot)
    today = datetime.now(UTC).date().isoformat()
    return Advisories(root / _PLACE, today, hashlib.sha256(snapshot).hexdigest()), len(lines)


def _lines(data: bytes) -> Iterator[str]:
    if len(data) > _LARGEST:
        raise ValueError(f"it is larger than {_LARGEST >> 20} MB")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist()[:_MOST]:
            if info.filename.endswith(".json") and info.file_size <= _LARGEST_RECORD:
                record = json.loads(archive.read(info))
                if isinstance(record, dict) and not record.get("withdrawn"):
                    yield json.dumps(_trimmed(record), sort_keys=True, separators=(",", ":"))


def _trimmed(record: dict[str, Any]) -> dict[str, Any]:
    affected = [
        {key: one[key] for key in ("package", "ranges", "versions") if key in one} for one in record.get("affected", [])
    ]
    return {key: record[key] for key in _KEPT if key in record} | {"affected": affected}


def name_in_course(root: Path, advisories: Advisories) -> None:
    """Puts the snapshot in the place of the one that course.toml names.

    Raises:
        CourseError: it names none so far.
    """
    path = root / "course.toml"
    file = advisories.path.relative_to(root).as_posix()
    table = f'[advisories]\nfile = "{file}"\ndate = "{advisories.date}"\nsha256 = "{advisories.sha256}"\n'
    text, found = _TABLE.subn(lambda old: table + "".join(_LIVE.findall(old[0])), path.read_text("utf-8"))
    if found != 1:
        raise CourseError("course.toml has no table [advisories]", f"Add it:\n{table}")
    path.write_text(text, "utf-8")
