"""The end of the web processes: whatever clients do, within the time that orchestrators wait."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.reference.conftest import MachineWith
from tests.reference.platform import start_platform

pytestmark = pytest.mark.slow

# Half a request holds a thread for as long as gunicorn waits for anything, and silent connections queue for the other
# three; the request comes last, and has its answer all the same.
_CLIENTS = """
import socket, subprocess, time
sent = "POST /api/v1/posts/ HTTP/1.1\\r\\nHost: web\\r\\n"
clients = [socket.create_connection(("web", 8000)) for _ in range({silent} + {half})]
for client in clients[{silent}:]:
    client.sendall(sent.encode())
time.sleep(1)
pid = open("/tmp/web.pid").read().strip()
request = socket.create_connection(("web", 8000))
request.sendall(b"GET /live HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
time.sleep(1)
began = time.monotonic()
subprocess.run(["kill", "-TERM", pid], check=True)
answer = request.recv(1000).split(b"\\r\\n")[0].decode()
while subprocess.run(["kill", "-0", pid], capture_output=True).returncode == 0:
    time.sleep(0.1)
print(answer, round(time.monotonic() - began))
"""


def settings(project: Path) -> dict[str, Any]:
    """What gunicorn reads from its file."""
    return runpy.run_path(str(project / "gunicorn.conf.py"))


def test_orchestrators_wait_longer_than_gunicorn(project: Path) -> None:
    own = settings(project)["graceful_timeout"]
    compose = yaml.safe_load((project / "docker-compose.yml").read_text())["services"]["web"]["stop_grace_period"]
    assert own < int(re.fullmatch(r"(\d+)s", compose)[1])  # type: ignore[index]
    (deployment,) = (
        made for made in yaml.safe_load_all((project / "k8s/web.yaml").read_text()) if made["kind"] == "Deployment"
    )
    pod = deployment["spec"]["template"]["spec"]
    before = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert before + own < pod["terminationGracePeriodSeconds"]


@pytest.mark.parametrize(("silent", "half", "within"), [(0, 0, (0, 3)), (9, 0, (5, 20)), (3, 1, (20, 27))])
def test_it_ends_in_time_whatever_clients_do(
    project: Path, machine_with: MachineWith, silent: int, half: int, within: tuple[int, int]
) -> None:
    """Nobody is waited for without end, and a request that came in time is answered."""
    with machine_with() as machine:
        start_platform(machine)
        clients = _CLIENTS.format(silent=silent, half=half)
        said = machine.sh(f"python - <<'EOF'\n{clients}\nEOF", seconds=50)
        log = machine.sh("cat /tmp/web.log")
    answer, seconds = said.strip().rsplit(" ", 1)
    assert answer == "HTTP/1.1 200 OK", log[-3000:]
    assert within[0] <= int(seconds) <= within[1]
    assert within[1] <= settings(project)["graceful_timeout"] + 2
