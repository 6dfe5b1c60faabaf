"""The smaller runbooks, followed word by word, and what all of them have in common."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.reference.conftest import MachineWith
from tests.reference.machine import Machine
from tests.reference.platform import start_platform, start_worker
from tests.reference.runbooks import blocks, follow

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
