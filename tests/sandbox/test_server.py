"""A real gunicorn, of the course's own environment, with a small application."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.domain.layout import Layout
from grader.environment import prepare
from grader.sandbox.api import Limits
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.server import ApplicationServer

REFERENCE = Path(__file__).parents[2] / "capstone" / "reference"
APPLICATION = """
import os, time
if "BREAK" in os.environ: raise RuntimeError("broken settings")
began = time.time()
def application(environ, start_response):
    status = "503 No" if environ["PATH_INFO"] == "/late" and time.time() < began + 0.5 else "200 OK"
    if environ["PATH_INFO"] == "/exit": os._exit(3)
    if environ["PATH_INFO"] == "/sleep": time.sleep(30)
    start_response(status, [("Content-Type", "text/plain")])
    return [(environ["REMOTE_ADDR"] + " " + environ["wsgi.url_scheme"]).encode()]
"""


@pytest.fixture(scope="module")
def deps(usual_state_dir: Path) -> Path:
    cache = usual_state_dir / "environments"
    return prepare(REFERENCE, course_lock=REFERENCE, cache=cache, progress=lambda _: None).site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    root.chmod(0o755)
    (root / "src/config").mkdir(parents=True)
    (root / "src/config/wsgi.py").write_text(APPLICATION)
    return root


@pytest.fixture
def server(sandbox: Bubblewrap, site: Path, deps: Path) -> Iterator[ApplicationServer]:
    with ApplicationServer(sandbox, submission=site, deps=deps, env={}) as server:
        server.ready_within(20)
        yield server


def test_it_is_asked_from_an_address(server: ApplicationServer) -> None:
    assert server.get("/").body == b"127.0.0.1 http"
    assert server.get("/", {"X-Forwarded-Proto": "https"}).body == b"127.0.0.1 https"
    assert server.request("POST", "/", body=b"x", client="127.0.0.7").body == b"127.0.0.7 http"


def test_it_survives_a_worker(server: ApplicationServer) -> None:
    with pytest.raises(ConnectionError):
        server.get("/exit")
    assert server.ready_within(30) > 0


def test_a_page_that_never_comes(server: ApplicationServer) -> None:
    with pytest.raises(TimeoutError):
        server.get("/sleep", timeout_s=0.3)


def test_ready_waits_for_200(server: ApplicationServer) -> None:
    assert server.ready_within(20, "/late") > 0


def test_it_ends_at_once(server: ApplicationServer) -> None:
    begun = time.perf_counter()
    server.kill()
    assert time.perf_counter() - begun < 0.5
    with pytest.raises(ConnectionError, match="ended"):
        server.get("/")


def test_settings_that_do_not_load(sandbox: Bubblewrap, site: Path, deps: Path) -> None:
    with ApplicationServer(sandbox, submission=site, deps=deps, env={"BREAK": "1"}, limits=Limits(wall_s=30)) as server:
        with pytest.raises(ConnectionError, match="ended with status"):
            server.ready_within(20)
        assert b"broken settings" in server.output()


def test_time_is_up(sandbox: Bubblewrap, site: Path, deps: Path) -> None:
    with ApplicationServer(sandbox, submission=site, deps=deps, env={}) as server:
        server.ready_within(20)
        server._since = time.monotonic()
        with pytest.raises(TimeoutError, match="did not answer 200"):
            server.ready_within(0.1, "/sleep")


ASGI = """
async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    body = f"{scope['client'][0]} {scope['scheme']}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.mark.slow
def test_an_asgi_project_elsewhere_is_served_by_uvicorn(sandbox: Bubblewrap, tmp_path: Path) -> None:
    packages = Path(__file__).with_name("data") / "uvicorn.txt"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
    subprocess.run([*install, "--target", str(tmp_path / "deps"), "-r", str(packages)], check=True)
    module = tmp_path / "project" / "backend" / "shop" / "asgi.py"
    module.parent.mkdir(parents=True)
    module.write_text(ASGI)
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    layout = Layout(sources=("backend",), application="shop.asgi:application", server="uvicorn", health="/up")
    deps, project = tmp_path / "deps", tmp_path / "project"
    with ApplicationServer(sandbox, submission=project, deps=deps, env={}, layout=layout) as server:
        server.ready_within(20, layout.health)
        assert server.get("/").body == b"127.0.0.1 http"
        assert server.request("POST", "/", body=b"x", client="127.0.0.7").body == b"127.0.0.7 http"
