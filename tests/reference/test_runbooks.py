"""The smaller runbooks, followed word by word, and what all of them have in common."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.reference.conftest import MachineWith
from tests.reference.machine import Machine
from tests.reference.platform import run_web, start_platform, start_worker, stop_web
from tests.reference.runbooks import EXPORTED, blocks, follow

HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]*)(?:#([a-z-]+))?\)")
NAMES = ("alerts", "database-failover", "restore", "rollback", "token-revocation")


def anchors(path: Path) -> set[str]:
    """What a link may name in this page."""
    return {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in HEADING.findall(path.read_text())}


@pytest.fixture(scope="module")
def running(machine_with: MachineWith) -> Iterator[Machine]:
    """The platform, with a worker."""
    with machine_with() as machine:
        start_platform(machine)
        start_worker(machine)
        yield machine


@pytest.mark.slow
@pytest.mark.parametrize("name", ["alerts", "rollback"])
def test_the_runbook_works_as_it_is_written(running: Machine, project: Path, name: str) -> None:
    assert follow(running, project / f"docs/runbooks/{name}.md")


PEOPLE = """
from accounts.models import User
for name in ('ann', 'operator', 'bert'):
    User.objects.create_user(name, email=name + '@example.org', password='proof of a runbook')
"""
API = "http://web:8000/api/v1"


def login(machine: Machine, name: str) -> dict[str, str]:
    """The tokens of a new session."""
    sent = json.dumps({"username": name, "password": "proof of a runbook"})
    said = machine.sh(f"curl --fail --silent {API}/auth/login/ -H 'Content-Type: application/json' -d '{sent}'")
    tokens: dict[str, str] = json.loads(said)
    return tokens


def status(machine: Machine, token: str) -> str:
    """How the API answers somebody with this access token."""
    bearer = f"-H 'Authorization: Bearer {token}'"
    return machine.sh(f"curl --silent --output /dev/null --write-out '%{{http_code}}' {bearer} {API}/users/me/")


def restart(machine: Machine) -> None:
    """What the cluster would do: the web processes again, with what was exported."""
    stop_web(machine)
    run_web(machine, f". {EXPORTED}; ")


@pytest.mark.slow
def test_tokens_are_revoked_as_it_is_written(running: Machine, project: Path) -> None:
    running.sh(f'python manage.py shell --no-imports -c "{PEOPLE}"')
    ann, bert = login(running, "ann")["access"], login(running, "bert")["access"]
    assert (status(running, ann), status(running, bert)) == ("200", "200")
    states = []
    path = project / "docs/runbooks/token-revocation.md"

    def look_and_restart(machine: Machine) -> None:
        states.append((status(machine, ann), status(machine, bert)))
        restart(machine)
        states.append((status(machine, ann), status(machine, bert)))

    running.sh(f"echo 'export OLD_TOKEN={bert}' >/tmp/token")
    said = follow(running, path, instead={"rollout restart": look_and_restart}, given="/tmp/token")

    assert states == [("401", "200"), ("401", "401")]
    assert "logged_in" in said[1]
    assert status(running, login(running, "bert")["access"]) == "200"
    closed = running.try_sh(f"curl --fail --silent {API}/auth/login/ -d username=ann -d 'password=proof of a runbook'")
    assert closed.status == 22


def test_every_runbook_is_in_the_index_and_has_something_to_run(project: Path) -> None:
    folder = project / "docs/runbooks"
    assert sorted(path.stem for path in folder.glob("*.md")) == sorted([*NAMES, "index"])
    index = (folder / "index.md").read_text()
    assert [name for name in NAMES if f"({name}.md)" not in index or not blocks(folder / f"{name}.md")] == []


def test_every_alert_names_a_runbook_that_is_there(project: Path) -> None:
    groups = yaml.safe_load((project / "monitoring/prometheus/alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert rules
    for rule in rules:
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert not anchor or anchor in anchors(project / path), rule["alert"]
        assert rule["alert"] in (project / path).read_text(), rule["alert"]


def test_no_link_in_the_documents_leads_nowhere(project: Path) -> None:
    for page in (project / "docs").rglob("*.md"):
        for target, anchor in LINK.findall(page.read_text()):
            path = (page.parent / target).resolve() if target else page
            assert path.exists(), f"{page.name}: {target}"
            assert not anchor or anchor in anchors(path), f"{page.name}: {target}#{anchor}"
