"""Runbooks as programs: the blocks that say of themselves that they run, in order, in one shell's memory."""

import re
from pathlib import Path

from tests.reference.machine import Machine

_BLOCK = re.compile(r"^```sh run(?: on-(?P<host>[a-z]+))?\n(?P<script>.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```(.*)$", re.MULTILINE)
KINDS = {"sh run", "sh run on-primary", "sh", ""}


def blocks(path: Path) -> list[tuple[str, str]]:
    """Each block of the file that runs: the host that it is for, and its script."""
    text = path.read_text("utf-8")
    assert set(_FENCE.findall(text)) <= KINDS, f"{path.name} has a block of an unknown kind"
    return [(match["host"] or "", match["script"]) for match in _BLOCK.finditer(text)]


def follow(machine: Machine, path: Path, *, data: dict[str, str] | None = None) -> list[str]:
    """Run every block as it is written, and give what each printed. What one exports, the next ones know.

    ``data`` is PGDATA on each host that a block may be for.
    """
    machine.sh(": >/tmp/exported")
    said = []
    for host, script in blocks(path):
        there = f"export PGDATA={(data or {})[host]}\n" if host else ""
        said.append(machine.sh(f". /tmp/exported\n{there}{script}\nexport -p >/tmp/exported"))
    return said
