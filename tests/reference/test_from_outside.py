"""The finished application as strangers meet it: programs that know its address and its document, and nothing else."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.reference.conftest import MachineWith
from tests.reference.machine import Machine
from tests.reference.outside import API, UNLIMITED, binds, inhabit, program, visit

pytestmark = pytest.mark.slow(minutes=5)
ROLES = ("anonymous", "reader", "contributor", "editor", "admin")
# Modules of wapiti; "file" and "timesql" try so much at each parameter that they take minutes.
ATTACKS = "xss,permanentxss,sql,exec,redirect,crlf,csrf,http_headers,cookieflags,csp,methods"
LOW = 1
CONDITION = re.compile(r"\b(\d\d)(=)\1\b")


@pytest.fixture(scope="module")
def inhabited(machine_with: MachineWith, state_dir: Path) -> Iterator[Machine]:
    """The platform with a thousand posts, nobody's patience limited, and the tools of these tests below /mnt."""
    with machine_with(env=UNLIMITED, binds=binds(state_dir)) as machine:
        inhabit(machine)
        yield machine


def token(machine: Machine, role: str) -> str:
    """The access token of a session that begins now."""
    sent = json.dumps({"username": f"{role}-ann", "password": "seen from outside"})
    said = machine.sh(f"curl --silent --max-time 20 -H 'Content-Type: application/json' {API}/auth/login/ -d '{sent}'")
    return str(json.loads(said)["access"])


def schemathesis(machine: Machine, role: str, words: str) -> str:
    """What schemathesis says of the application as somebody of that role; it asks the same each time."""
    known = "" if role == "anonymous" else f"--header 'Authorization: Bearer {token(machine, role)}'"
    command = f"{program('schemathesis', 'st')} --config-file /mnt/schemathesis.toml run /app/openapi.yaml"
    options = "--url http://web:8000 --phases examples,coverage,fuzzing --max-examples 2 --seed 42 --no-color"
    return machine.sh(f"{command} {options} --generation-database none {known} {words}", seconds=540)


@pytest.mark.parametrize("role", ROLES)
def test_every_operation_does_as_its_document_says(inhabited: Machine, role: str) -> None:
    """Log-in and log-out come last: they may end the session."""
    for words, operations in (("--exclude-path-regex /auth/", 36), ("--include-path-regex /auth/", 8)):
        said = schemathesis(inhabited, role, words)
        assert f" {operations} selected / 44 total" in said
        generated = re.search(r"(\d+) generated, (\d+) passed", said)
        assert generated is not None, said
        assert generated[1] == generated[2]
        assert int(generated[1]) > 20 * operations


def test_twenty_people_at_once_meet_no_error(inhabited: Machine) -> None:
    """How long they wait is measured by ``python -m tests.reference.load``: a test has somebody else's machine."""
    kinds = visit(inhabited, seconds=12)
    assert {kind["name"] for kind in kinds} >= {"posts", "post", "comments of a post", "search", "comment"}
    assert sum(kind["num_failures"] for kind in kinds) == 0


def test_a_scanner_finds_nothing_that_matters(inhabited: Machine) -> None:
    """As the most powerful there is, with the attacks that come to an end in time; log-out would end the session."""
    words = f"--url http://web:8000/ --swagger /app/openapi.yaml --jwt {token(inhabited, 'admin')} -m {ATTACKS}"
    words += " -x 'http://web:8000/api/v1/auth/*' -f json -o /tmp/found.json --flush-session --no-bugreport"
    said = inhabited.sh(f"{program('wapiti', 'wapiti')} {words} --max-attack-time 120", seconds=500)
    assert "stopping" not in said, said
    report = json.loads(inhabited.sh("cat /tmp/found.json"))
    assert report["infos"]["crawled_pages_nbr"] > 30
    found = [entry for kind in (*report["vulnerabilities"].values(), *report["anomalies"].values()) for entry in kind]
    assert [entry for entry in found if entry["level"] > LOW and holds_true(inhabited, entry)] == []


@pytest.mark.parametrize(
    ("request_", "holds"),
    [
        ("GET /api/v1/users/?role=x%22%29%20AND%2073%3D73%20AND%20%28%2264%22%3D%2264 HTTP/1.1\nhost: web\n\n", False),
        ('POST /api/v1/posts/ HTTP/1.1\n\n{"title": "t", "body": "b", "category": "x\\") AND 91=91 AND (\\"2"}', False),
        ("GET /api/v1/users/?role=x'%20OR%20sleep(5) HTTP/1.1\n\n", True),
    ],
)
def test_a_guess_is_told_from_a_finding(inhabited: Machine, request_: str, holds: bool) -> None:
    assert holds_true(inhabited, {"http_request": request_}) is holds


def holds_true(machine: Machine, entry: dict[str, Any]) -> bool:
    """Whether it matters to the answer that a condition which was slipped in is true.

    An error that repeats what was sent differs with everything that is sent, and wapiti takes it for one that obeys.
    """
    head, _, body = entry["http_request"].replace("\r", "").partition("\n\n")
    method, path, _ = head.split("\n")[0].split(" ")
    answers = set()
    for other in (r"\1\2\1", r"\g<1>\g<2>0\1"):
        changed, slipped_in = CONDITION.subn(other, json.dumps({"path": unquote(path), "body": body}))
        if not slipped_in:
            return True
        asked = json.loads(changed)
        known = f"-H 'Authorization: Bearer {token(machine, 'admin')}' -H 'Content-Type: application/json'"
        data = f"--data-raw {shlex.quote(asked['body'])}" if body else ""
        command = f"curl --silent --max-time 20 --globoff --write-out '%{{http_code}}' -X {method} {known} {data}"
        answers.add(re.sub(r"\d+", "0", machine.sh(f"{command} {address(asked['path'])}")))
    return len(answers) > 1


def address(path: str) -> str:
    """That path of the application, as a word of a shell."""
    return shlex.quote("http://web:8000" + quote(path, safe="/?&="))
