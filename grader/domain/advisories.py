"""Which advisories an audit of packages rests on."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Advisories:
    """A snapshot: one OSV record a line at ``path``, gzipped or plain, whose SHA-256 (in hex) is ``sha256``.

    It is as of ``date`` (ISO 8601). ``made_up`` is true for one that was written for proofs and audits nothing real.
    ``live`` is the address of a service that knows newer ones, asked for evidence without weight; "" for none.
    """

    path: Path
    date: str
    sha256: str
    made_up: bool = False
    live: str = ""
