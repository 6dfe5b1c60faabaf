"""The fixture ``artefact``: something made from the submission for a person to look at."""

from pathlib import Path
from typing import Literal

import msgspec

from grader.checkpoint.kit.case import Case
from grader.domain.evidence import Artefact

_LARGEST = 500_000  # characters of a body


def _bounded(kind: str, body: str) -> tuple[str, str]:
    if len(body) <= _LARGEST:
        return kind, body
    note = f"This is too large to show: {len(body):,} characters, where {_LARGEST:,} can be."
    return "table", msgspec.json.encode({"columns": ["Left out"], "rows": [[note]]}).decode()


class Artefacts:
    """``artefact(id, title, kind, body)``."""

    def __init__(self, case: Case, folder: Path) -> None:
        self._case, self._file = case, folder / "artefacts.jsonl"

    def __call__(self, id: str, title: str, kind: Literal["diff", "table", "er-diagram", "grid"], body: str) -> None:
        """Attaches it to the check's criterion. ``body`` is text for a diff, JSON for the others.

        What is larger than half a million characters is left out, and a table in its place says so.
        """
        artefact = Artefact(id, title, *_bounded(kind, body), self._case.declared.criterion)
        with self._file.open("ab") as file:
            file.write(msgspec.json.encode(artefact) + b"\n")
