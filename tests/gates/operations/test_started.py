"""`--compose`: what may be started is written anew and really started, and what asks for the machine is not.

A program that speaks the command lines of podman and podman-compose stands in for both: an engine is on no machine that
these tests run on, so nothing here says that a container started.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader import ending
from grader.domain.findings import Finding, Severity
from grader.domain.layout import Layout
from grader.gates.operations import compose, started
from grader.gates.operations.files import Files
from grader.gates.operations.stack import NotStarted, stack
from grader.gates.subject import Subject
from grader.reader.client import Reader
from tests.gates.conftest import spec_of, write
from tests.gates.operations.good import FILES

ROOT = Path(__file__).parents[3]
SERVICE: dict[str, Any] = {"build": ".", "ports": ["${PORT:-8000}:8000"]}


def made(**more: Any) -> dict[str, Any]:
    """The service as it is written for the engine, with something more in it."""
    ports = count(40_000)
    document = {"services": {"web": {**SERVICE, **more}}, "volumes": {"data": None}}
    service: dict[str, Any] = stack(document, lambda: next(ports)).document["services"]["web"]
    return service


def test_ports_are_published_on_the_loopback_at_free_ones() -> None:
    ports = ["8000", "80:8001", "0.0.0.0:443:8002/tcp", "${A:-1}:8003", {"target": 8004, "published": 80}]
    assert made(ports=ports)["ports"] == [f"127.0.0.1:{40_000 + n}:{8000 + n}" for n in range(5)]


def test_stores_of_data_publish_nothing() -> None:
    assert "ports" not in made(image="docker.io/library/postgres:17", ports=["5432:5432"])


def test_each_has_limits_of_our_own_whatever_it_says() -> None:
    service = made(mem_limit="900g", pids_limit=-1, container_name="other", deploy={"mode": "global"})
    assert (service["mem_limit"], service["pids_limit"]) == ("1g", 512)
    assert not {"container_name", "deploy"} & service.keys()


def test_what_is_the_projects_own_may_be_read_and_not_written() -> None:
    assert made(volumes=["./src:/app", "data:/var/data"])["volumes"] == ["./src:/app:ro", "data:/var/data"]


def test_control_what_a_stack_of_several_services_has_is_kept() -> None:
    usual = {"shm_size": "128mb", "init": True, "read_only": True, "tmpfs": ["/tmp"], "cap_drop": ["ALL"]}
    assert made(**usual, security_opt=["no-new-privileges:true"]).items() >= usual.items()


@pytest.mark.parametrize("solution", ["modules/05-operations/starter", "modules/04-security/starter"])
def test_control_the_courses_own_files_are_started(solution: str) -> None:
    document = yaml.safe_load((ROOT / solution / "docker-compose.yml").read_text("utf-8"))
    assert stack(document, lambda: 40_000).ports


@pytest.mark.parametrize(
    "more",
    [
        {"privileged": True},
        {"privileged": "${X}"},
        {"network_mode": "host"},
        {"pid": "host"},
        {"ipc": "host"},
        {"userns_mode": "host"},
        {"cap_add": ["SYS_ADMIN"]},
        {"cap_add": ["NET_RAW"]},
        {"devices": ["/dev/mem:/dev/mem"]},
        {"security_opt": ["seccomp=unconfined"]},
        {"security_opt": ["no-new-privileges:false"]},
        {"cgroup_parent": "/"},
        {"runtime": "other"},
        {"extends": {"file": "/etc/x.yml", "service": "web"}},
        {"volumes_from": ["other"]},
        {"sysctls": {"a": 1}},
        {"extra_hosts": ["x:host-gateway"]},
        {"volumes": ["/:/host"]},
        {"volumes": ["/etc/passwd:/x:ro"]},
        {"volumes": ["../other:/x"]},
        {"volumes": ["./a/../../b:/x"]},
        {"volumes": ["~/.ssh:/x"]},
        {"volumes": ["${HOME}:/x"]},
        {"volumes": ["./${X}:/x"]},
        {"volumes": [{"type": "bind", "source": "/etc", "target": "/x"}]},
        {"volumes": [{"type": "npipe", "source": "a", "target": "/x"}]},
        {"volumes": [{"type": "volume", "source": "/etc", "target": "/x"}]},
        {"volumes": ["/var/run/docker.sock:/x"]},
        {"build": "/etc"},
        {"build": "https://example.org/x.git"},
        {"build": {"context": ".", "dockerfile": "../../x"}},
        {"build": {"context": "${X}"}},
        {"build": {"context": ".", "ssh": ["default"]}},
        {"build": {"context": ".", "additional_contexts": {"a": "/"}}},
        {"build": {"context": ".", "privileged": True}},
        {"env_file": "/etc/environment"},
        {"env_file": [{"path": "../x"}]},
        {"secrets": ["a"]},
        {"networks": {"a": {"driver_opts": {"x": "y"}}}},
    ],
)
def test_what_asks_for_the_machine_is_not_started(more: dict[str, Any]) -> None:
    with pytest.raises(NotStarted):
        made(**more)


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"services": {}},
        {"services": {"a b": SERVICE}},
        {"services": {f"s{n}": SERVICE for n in range(21)}},
        {"services": {"web": SERVICE}, "volumes": {"a": {"driver_opts": {"o": "bind", "device": "/etc"}}}},
        {"services": {"web": SERVICE}, "networks": {"a": {"driver": "host"}}},
        {"services": {"web": SERVICE}, "networks": {"a": {"external": True}}},
    ],
)
def test_a_file_that_is_no_plain_stack_is_not_started(document: object) -> None:
    with pytest.raises(NotStarted):
        stack(document, lambda: 40_000)


PODMAN = """#!{python} -I
import json, sys
assert sys.argv[1:] == ["info", "--format", "{{{{json .}}}}"], sys.argv
print(json.dumps({{"host": {{"security": {{"rootless": {rootless}}}}}}}))
"""
COMPOSE = """#!{python} -I
import json, os, pathlib, signal, subprocess, sys
log = pathlib.Path({log!r})
words = sys.argv[1:]
assert words[0] == "-p" and words[2] == "-f", words
document = json.load(open(words[3]))
with log.open("a") as out:
    out.write(json.dumps([words[4:], document, dict(os.environ), os.getcwd(), os.path.exists(".env")]) + "\\n")
kept = log.with_name("pid")
if words[4] == "up":
    {up}
    port = document["services"]["web"]["ports"][0].split(":")[1]
    server = subprocess.Popen([{python!r}, "-I", "-c", {server!r}, port], stdout=-3, stderr=-3)
    kept.write_text(str(server.pid))
elif kept.exists():
    os.kill(int(kept.read_text()), signal.SIGKILL)
"""
SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" and {well} else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
Started = Callable[..., Finding]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """``start(files, up="", well=True, rootless=True)``: the note, where the stand-ins do this."""

    def note(files: Mapping[str, str], up: str = "pass", well: bool = True, rootless: bool = True) -> Finding:
        program = {"python": sys.executable, "log": str(tmp_path / "log"), "server": SERVER.format(well=well)}
        write(tmp_path / "bin", {"podman": PODMAN.format(rootless=rootless, **program)})
        write(tmp_path / "bin", {"podman-compose": COMPOSE.format(up=up, **program)})
        for name in ("podman", "podman-compose"):
            (tmp_path / "bin" / name).chmod(0o755)
        write(tmp_path / "submission", files)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        monkeypatch.setenv("A_SECRET", "of the grader")
        monkeypatch.setattr(started, "_HEALTHY_S", 4.0)
        layout = Layout().overridden({"health": "/healthz"})
        with (
            Reader("yaml", "json") as reader,
            Subject(spec_of(tmp_path / "submission", tmp_path, layout=layout)) as subject,
        ):
            return started.start(Files(subject, reader, []), "docker-compose.yml")

    return note


def log_of(tmp_path: Path) -> list[Any]:
    """What the stand-in for podman-compose was asked, in order."""
    path = tmp_path / "log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_the_stack_is_started_asked_and_taken_down(start: Started, tmp_path: Path) -> None:
    found = start({**FILES, ".env.example": "A=1\n"})
    assert (found.rule, found.severity, str(found.where)) == ("compose.started", Severity.NOTE, "docker-compose.yml")
    assert "With rootless podman it starts, and GET /healthz answers 200" in found.message
    up, down = log_of(tmp_path)
    assert (up[0], down[0]) == (["up", "-d", "--build"], ["down", "-v", "-t", "5"])
    assert not any("A_SECRET" in asked[2] for asked in (up, down)), "it sees nothing of the grader's variables"
    assert up[4], "variables of the example are there"
    assert not Path(up[3]).exists(), "nothing is left of the copy"
    assert not (tmp_path / "submission" / ".env").exists()


def test_a_run_that_is_told_to_end_takes_the_stack_down(
    start: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What builds it is killed, and the end of the program waits for what takes it down."""
    monkeypatch.setattr(ending, "_BEGUN", threading.Event())
    held: list[bool] = []

    def end() -> None:
        while not log_of(tmp_path):
            time.sleep(0.02)
        held.append(bool(ending._HELD))
        ending.begin()

    ended = threading.Thread(target=end)
    ended.start()
    began = time.monotonic()
    assert start(FILES, up="import time; time.sleep(60)").rule == "compose.not-started"
    ended.join()
    assert time.monotonic() - began < 20
    assert [asked[0][0] for asked in log_of(tmp_path)] == ["up", "down"]
    assert (held, ending._HELD) == ([True], set())


def test_one_that_is_not_healthy_says_what_it_answered(start: Started, tmp_path: Path) -> None:
    found = start(FILES, well=False)
    assert (found.rule, "GET /healthz answers 503 at most" in found.message) == ("compose.not-healthy", True)
    assert [asked[0][0] for asked in log_of(tmp_path)] == ["up", "down"]


def test_one_that_does_not_start_says_why_and_is_taken_down(start: Started, tmp_path: Path) -> None:
    found = start(FILES, up="sys.exit('no such image')")
    assert (found.rule, found.message.endswith("no such image")) == ("compose.not-started", True)
    assert [asked[0][0] for asked in log_of(tmp_path)] == ["up", "down"]


def test_an_engine_of_the_administrators_is_not_used(
    start: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = start(FILES, rootless=False)
    assert (found.rule, "runs as the administrator" in found.message) == ("compose.not-applicable", True)
    assert log_of(tmp_path) == []
    monkeypatch.setenv(started.DISPOSABLE, "1")
    assert "With disposable machine, podman it starts" in start(FILES, rootless=False).message


def test_what_asks_for_the_machine_never_reaches_the_engine(start: Started, tmp_path: Path) -> None:
    text = FILES["docker-compose.yml"].replace(
        "    build: .\n    ports", "    build: .\n    privileged: true\n    ports"
    )
    found = start({**FILES, "docker-compose.yml": text})
    assert (found.rule, "asks for all rights" in found.message) == ("compose.not-started", True)
    assert log_of(tmp_path) == []


def test_control_without_an_engine_it_does_not_apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path / "submission", FILES)
    with Reader("yaml", "json") as reader, Subject(spec_of(tmp_path / "submission", tmp_path)) as subject:
        found = started.start(Files(subject, reader, []), "docker-compose.yml")
    assert found.rule == "compose.not-applicable"
    assert "has no podman with podman-compose" in found.message


@pytest.mark.parametrize("asked", [True, False])
def test_it_is_asked_for_and_changes_no_number(asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path / "submission", FILES)
    spec = replace(spec_of(tmp_path / "submission", tmp_path), compose=asked)
    with Reader("yaml", "json") as reader, Subject(spec) as subject:
        found = compose.measure(Files(subject, reader, []))
    assert found.value == 0
    assert [finding.rule for finding in found.findings] == ["compose.not-applicable"] * asked
