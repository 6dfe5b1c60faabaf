"""The application with people in it, and the programs that look at it from outside."""

import json
from pathlib import Path
from typing import Any

from tests.reference.machine import Machine, base_python
from tests.reference.platform import start_platform
from tests.reference.tools import tool

API = "http://web:8000/api/v1"
UNLIMITED = {f"THROTTLE_{kind}": "" for kind in ("BURST", "ANON", "USER", "SENSITIVE", "LOGIN", "REGISTER")}
_FILES = ("inhabitants.py", "schemathesis.toml")


def binds(state_dir: Path) -> dict[Path, str]:
    """The programs and their files, to be put below /mnt of a machine."""
    tools = {tool(name, state_dir): f"/mnt/{name}" for name in ("schemathesis", "locust", "wapiti")}
    return tools | {Path(__file__).with_name(name): f"/mnt/{name}" for name in _FILES}


def inhabit(machine: Machine) -> None:
    """Start the platform, with a thousand posts and somebody of every role."""
    start_platform(machine)
    machine.sh("python manage.py shell --no-imports < /mnt/inhabitants.py")


def program(name: str, script: str) -> str:
    """A program's command, with its own packages and none of the application's."""
    return f"cd /tmp; PYTHONPATH=/mnt/{name} {base_python()} /mnt/{name}/bin/{script}"


def visit(machine: Machine, *, seconds: int) -> list[dict[str, Any]]:
    """What locust says of each kind of request, after twenty people have been there for so long.

    They come within four seconds, and what they did until the last was in does not count.
    """
    words = f"--headless --users 20 --spawn-rate 5 --reset-stats --run-time {seconds + 4}s"
    words += " --json --only-summary --host http://web:8000 -f /app/scripts/locustfile.py"
    people = "export LOAD_USERNAME=editor-ann LOAD_PASSWORD='seen from outside'"
    said = machine.sh(f"{people}; {program('locust', 'locust')} {words}", seconds=seconds + 60)
    kinds: list[dict[str, Any]] = json.loads(said)
    return kinds
