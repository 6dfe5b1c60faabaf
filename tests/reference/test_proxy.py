"""The proxy: real nginx with the file as it is written, before real gunicorn, PostgreSQL and Redis."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reference.conftest import MachineWith
from tests.reference.machine import Machine
from tests.reference.platform import start_platform

pytestmark = pytest.mark.slow
HTTPS = "https://localhost:8443"
OURS = ["strict-transport-security", "x-content-type-options", "x-request-id", "content-security-policy"]


@pytest.fixture(scope="module")
def proxy(project: Path, machine_with: MachineWith, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """nginx and all that is behind it; configuration, certificate and static files are where the image has them."""
    etc, html = (tmp_path_factory.mktemp(name) for name in ("etc", "html"))
    shutil.copytree("/etc/nginx", etc, symlinks=True, dirs_exist_ok=True)
    for path in (project / "docker/nginx").glob("*.conf"):
        shutil.copy(path, etc)
    (etc / "certificate").mkdir()
    (html / "static").mkdir()
    subprocess.run(["sh", project / "docker/nginx/certificate.sh", etc / "certificate"], check=True)
    where = {etc: "/etc/nginx", html: "/usr/share/nginx/html"}
    with machine_with(binds=where, writable={html / "static": "/app/staticfiles"}) as machine:
        machine.sh("python manage.py collectstatic --no-input --settings config.settings.testing")
        start_platform(machine)
        machine.start(
            "nginx -g 'daemon off;'", until="curl --silent --fail http://127.0.0.1:8081/alive", log="nginx", seconds=10
        )
        yield machine


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, each header with every value that it has, and the body."""

    status: int
    headers: dict[str, list[str]]
    body: str


def ask(machine: Machine, path: str, *words: str) -> Answer:
    """One request through the proxy, with further words for curl."""
    extra = " ".join(words)
    said = machine.sh(f"curl --silent --insecure --max-time 20 --include --http1.1 {extra} {HTTPS}{path}")
    head, _, body = said.replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.splitlines()
    headers: dict[str, list[str]] = {}
    for name, _, value in (line.partition(": ") for line in lines):
        headers.setdefault(name.lower(), []).append(value)
    return Answer(int(first.split()[1]), headers, body)


def logged(machine: Machine, key: str, value: str) -> dict[str, object]:
    """The line of the proxy's log in which ``key`` is ``value``."""
    lines = [line for line in machine.sh("cat /tmp/nginx.log").splitlines() if line.startswith("{")]
    return next(line for line in map(json.loads, reversed(lines)) if line[key] == value)


def test_the_file_has_no_fault_and_no_warning(proxy: Machine) -> None:
    said = proxy.sh("nginx -t 2>&1")
    assert "test is successful" in said
    assert "warn" not in said


def test_it_passes_on_what_the_application_says(proxy: Machine) -> None:
    answer = ask(proxy, "/healthz")
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})


def test_plain_http_is_sent_to_https(proxy: Machine) -> None:
    said = proxy.sh("curl --silent --include 'http://localhost:8080/admin/?a=b'")
    assert " 308 " in said.splitlines()[0]
    assert "Location: https://localhost/admin/?a=b" in said


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_old_tls_is_refused(proxy: Machine, version: str) -> None:
    done = proxy.try_sh(f"curl --silent --insecure --tlsv{version} --tls-max {version} {HTTPS}/healthz")
    assert done.status == 35


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "/ready", "/live", "//ready", "/static/../ready", "/%72eady"]
)
def test_what_is_for_the_inside_is_not_to_be_had(proxy: Machine, path: str) -> None:
    assert ask(proxy, path, "--path-as-is").status == 404
    assert proxy.sh("curl --silent --output /dev/null --write-out '%{http_code}' http://web:8000/ready") == "200"


@pytest.mark.parametrize(
    "path", ["/healthz", "/admin/login/", "/nothing-here", "/static/admin/css/base.css", "/metrics"]
)
def test_no_header_is_there_twice(proxy: Machine, path: str) -> None:
    headers = ask(proxy, path).headers
    doubled = {name for name, values in headers.items() if len(values) > 1} - {"set-cookie", "vary"}
    assert doubled == set()
    assert [len(headers[name]) for name in OURS[:3]] == [1, 1, 1]
    assert "nginx/" not in headers["server"][0]


def test_static_files_come_from_the_proxy_compressed(proxy: Machine) -> None:
    answer = ask(proxy, "/static/admin/css/base.css", "--compressed", "--header 'Accept-Encoding: gzip'")
    assert answer.status == 200
    assert answer.headers["content-encoding"] == ["gzip"]
    assert answer.headers["cache-control"] == ["public, max-age=3600"]
    assert "--primary" in answer.body
    assert "base.css" not in proxy.sh("cat /tmp/web.log")


def test_pages_are_compressed_and_json_keeps_its_etag(proxy: Machine) -> None:
    page = ask(proxy, "/admin/login/", "--compressed", "--header 'Accept-Encoding: gzip'")
    assert page.headers["content-encoding"] == ["gzip"]
    assert "content-encoding" not in ask(proxy, "/healthz", "--header 'Accept-Encoding: gzip'").headers


def test_a_request_gets_a_name(proxy: Machine) -> None:
    (made,) = ask(proxy, "/healthz?token=secret-in-the-address").headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", made)
    line = logged(proxy, "request_id", made)
    assert (line["path"], line["status"], line["method"]) == ("/healthz", 200, "GET")
    assert "secret-in-the-address" not in proxy.sh("cat /tmp/nginx.log")


def test_a_sane_name_is_kept_and_another_is_not(proxy: Machine) -> None:
    assert ask(proxy, "/healthz", "--header 'X-Request-ID: from-the-client-1'").headers["x-request-id"] == [
        "from-the-client-1"
    ]
    for strange in ("short", "a" * 65, "with blank and {json}", "a;b;c;d;e;f"):
        (made,) = ask(proxy, "/healthz", f"--header 'X-Request-ID: {strange}'").headers["x-request-id"]
        assert made != strange


def test_a_large_body_is_refused_in_the_shape_of_the_api(proxy: Machine) -> None:
    proxy.sh("head -c 1100000 /dev/zero >/tmp/large")
    answer = ask(proxy, "/admin/login/", "--data-binary @/tmp/large")
    assert (answer.status, json.loads(answer.body)["status"]) == (413, 413)
    assert answer.headers["content-type"] == ["application/problem+json"]


SECURITY = [
    *OURS,
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
]
OWN_ERRORS = {
    "/metrics": (404, ""),
    "/static/nothing.css": (404, ""),
    "/static/": (403, ""),
    "/static/admin/css/base.css": (405, "--request DELETE"),
    "/healthz": (421, "--header 'Host: evil.example.org'"),
    f"/{'a' * 9000}": (414, ""),
    "/": (400, f"--header 'X-Large: {'a' * 9000}'"),
}


@pytest.mark.parametrize("path", [*OWN_ERRORS, "/static/admin/css/base.css?"], ids=lambda path: path[:30])
def test_what_the_proxy_answers_has_every_security_header_once(proxy: Machine, path: str) -> None:
    headers = ask(proxy, path, OWN_ERRORS.get(path, (200, ""))[1]).headers
    assert {name: len(headers.get(name, [])) for name in SECURITY} == dict.fromkeys(SECURITY, 1)


@pytest.mark.parametrize("path", OWN_ERRORS, ids=lambda path: path[:30])
def test_errors_of_the_proxy_have_the_members_of_the_api(proxy: Machine, path: str) -> None:
    status, words = OWN_ERRORS[path]
    answer = ask(proxy, path, words)
    body = json.loads(answer.body)
    assert (answer.status, body["status"]) == (status, status)
    assert set(body) == {"type", "title", "status", "detail", "instance", "code"}
    assert answer.headers["content-type"] == ["application/problem+json"]
    assert body["instance"] in (path, "/")


def test_a_path_cannot_break_out_of_a_problem(proxy: Machine) -> None:
    answer = ask(proxy, "/static/%22,%22code%22:%22mine", "--path-as-is")
    assert json.loads(answer.body)["code"] == "not_found"


def test_no_redirect_leads_to_a_name_that_a_client_made_up(proxy: Machine) -> None:
    said = proxy.sh("curl --silent --include --header 'Host: evil.example.org' http://localhost:8080/admin/")
    assert " 421 " in said.splitlines()[0]
    assert "evil" not in said
    assert "Location: https://localhost/" in proxy.sh("curl --silent --include http://127.0.0.1:8080/")


def test_guessing_is_slowed_down(proxy: Machine) -> None:
    answers = [ask(proxy, "/admin/login/") for _ in range(5)]
    assert 200 in {answer.status for answer in answers}
    guess = "curl --silent --insecure --output /dev/null --write-out '%{http_code}\\n'"
    codes = Counter(proxy.sh(f"seq 60 | xargs -P 8 -I N {guess} {HTTPS}/admin/login/?N").split())
    assert codes["429"] > codes["200"]
    refused = next(answer for _ in range(60) if (answer := ask(proxy, "/admin/login/")).status == 429)
    assert json.loads(refused.body)["title"] == "Too Many Requests"
    assert refused.headers["retry-after"] == ["1"]
    assert ask(proxy, "/healthz").status == 200


def test_without_the_application_it_says_so(proxy: Machine) -> None:
    proxy.sh("kill -STOP -- -$(cat /tmp/web.pid); kill -KILL -- -$(cat /tmp/web.pid)")
    answer = ask(proxy, "/healthz")
    assert (answer.status, json.loads(answer.body)["status"]) == (503, 503)
    assert answer.headers["content-type"] == ["application/problem+json"]
    assert [len(answer.headers[name]) for name in OURS] == [1, 1, 1, 1]
