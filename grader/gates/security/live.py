"""What OSV's service knows of installed packages today: notes beside the audit against the snapshot, without weight.

It is asked only where `course.toml` names its address ([advisories], `live`). A service that does not answer, or
answers with something else, leaves a note that says so, and changes no number.
"""

import json
import re
import urllib.request
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.gates.security.audit import Package

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,60}")
_MOST, _LARGEST, _WITHIN_S = 1_000, 4 << 20, 20.0
SOURCE = "OSV's service, as evidence"


def newer(packages: Sequence[Package], address: str, known: Collection[str]) -> Iterator[Finding]:
    """A note for each advisory about an installed version that is not among ``known`` ids."""
    asked = packages[:_MOST]
    try:
        answers = _ask(asked, address)
    except (OSError, ValueError, RecursionError) as error:
        message = f"OSV's service was not heard, and the snapshot decides without it: {str(error)[:120]}."
        yield Finding("advisories.live", message, Severity.NOTE, source=SOURCE)
        return
    for package, answer in zip(asked, answers, strict=True):
        for name in sorted(_ids(answer) - set(known)):
            message = f"{package.name} {package.version}: {name} is known to OSV today, and to the snapshot it is not."
            yield Finding(name, message, Severity.NOTE, Location("poetry.lock"), "Read the advisory.", 1395, SOURCE)


def _ask(packages: Sequence[Package], address: str) -> list[Any]:
    """One answer for each package. Raises ``OSError`` or ``ValueError`` for anything else."""
    if not address.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError("its address does not begin with https://")
    queries = [{"package": {"ecosystem": "PyPI", "name": p.name}, "version": p.version} for p in packages]
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, json.dumps({"queries": queries}).encode(), headers)
    with urllib.request.urlopen(request, timeout=_WITHIN_S) as answer:
        data = answer.read(_LARGEST + 1)
    results = json.loads(data).get("results") if len(data) <= _LARGEST and data[:1] == b"{" else None
    if not isinstance(results, list) or len(results) != len(packages):
        raise ValueError("its answer is not one for each package")
    return results


def _ids(answer: Any) -> set[str]:
    entries = answer.get("vulns") if isinstance(answer, dict) else None
    names = (entry.get("id") for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
    return {name for name in names if isinstance(name, str) and _ID.fullmatch(name)}
