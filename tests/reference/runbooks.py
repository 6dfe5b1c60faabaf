"""Runbooks as programs: the blocks that say of themselves that they run, in order, in one shell's memory."""

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.reference.machine import Machine

_BLOCK = re.compile(r"^```sh(?P<runs> run)?(?: on-(?P<host>[a-z]+))?\n(?P<script>.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```(.*)$", re.MULTILINE)
_KINDS = {"sh run", "sh run on-primary", "sh", ""}
EXPORTED = "/tmp/exported"
"""What the blocks so far have exported, for a shell to read."""


def blocks(path: Path) -> list[str]:
    """The scripts that run."""
    return [match["script"] for match in _found(path) if match["runs"]]


def _found(path: Path) -> list[re.Match[str]]:
    text = path.read_text("utf-8")
    assert set(_FENCE.findall(text)) <= _KINDS, f"{path.name} has a block of an unknown kind"
    return list(_BLOCK.finditer(text))


def follow(
    machine: Machine,
    path: Path,
    *,
    data: Mapping[str, str] | None = None,
    instead: Mapping[str, Callable[[Machine], None]] | None = None,
    given: str = "/dev/null",
) -> list[str]:
    """Run every block that runs as it is written, by ``sh -e``, and give what each printed.

    What one exports, the next ones know.

    ``data`` is PGDATA on each host that a block may be for. A block that needs a cluster is checked by a shell, and
    done by hand where ``instead`` knows how, by a word that is in it. ``given`` is a file of exports to begin with.
    """
    machine.sh(f"cat {given} >{EXPORTED}")
    said = []
    for match in _found(path):
        if match["runs"]:
            there = f"export PGDATA={(data or {})[match['host']]}\n" if match["host"] else ""
            script = f". {EXPORTED}\n{there}{match['script']}\nexport -p >{EXPORTED}"
            said.append(machine.sh(f"sh -e -c {shlex.quote(script)}"))
            continue
        machine.sh(f"sh -n <<'SCRIPT'\n{match['script']}SCRIPT")
        for word, do in (instead or {}).items():
            if word in match["script"]:
                do(machine)
    return said
