"""The Dockerfile and the Compose file, by hadolint, by the schema, and by what the contract says of them."""

import re
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.tools.compose import compose_problems
from tests.reference.tools import run

ONCE = {"migrate", "certificate", "backup"}
"""What ends by itself, and so is neither healthy nor not."""


@pytest.fixture(scope="module")
def compose(project: Path) -> dict[str, Any]:
    """The Compose file as data, anchors resolved."""
    read: dict[str, Any] = yaml.safe_load((project / "docker-compose.yml").read_text())
    return read


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Its services."""
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def test_hadolint_has_nothing_to_say(project: Path) -> None:
    assert run(f"{sysconfig.get_path('scripts')}/hadolint", "Dockerfile", cwd=project) == ""


def test_the_last_stage_runs_as_nobody_and_builds_nothing(project: Path) -> None:
    stages = (project / "Dockerfile").read_text().split("\nFROM ")
    assert len(stages) >= 5
    assert stages[-1].startswith("application AS final")
    assert re.search(r"^USER 10001$", stages[-1], re.MULTILINE)
    assert "poetry" not in "".join(stages[2:])
    assert re.findall(r"^(?:CMD|ENTRYPOINT|HEALTHCHECK CMD) (?!\[)", (project / "Dockerfile").read_text(), re.M) == []


def test_the_compose_file_fits_the_specification(compose: dict[str, Any]) -> None:
    assert compose_problems(compose) == ()


def test_only_the_proxy_can_be_reached(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if service.get("ports")} == {"nginx"}


def test_data_are_where_nothing_reaches_the_world(compose: dict[str, Any]) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("db", "redis", "backup", "certificate"):
        assert compose["services"][name]["networks"] == ["inside"]
    assert compose["services"]["nginx"]["networks"] == ["outside"]


def test_only_what_migrates_owns_the_tables(services: dict[str, dict[str, Any]]) -> None:
    urls = {name: service.get("environment", {}).get("DATABASE_URL", "") for name, service in services.items()}
    assert {name for name, url in urls.items() if url.startswith("postgres://app:")} == {"migrate"}
    assert all(urls[name].startswith("postgres://runtime:") for name in ("web", "worker", "beat"))
    assert services["migrate"]["environment"]["DATABASE_RUNTIME_ROLE"] == "runtime"


def test_cache_and_queues_are_apart(services: dict[str, dict[str, Any]]) -> None:
    """Whoever empties the cache, as the runbook of a restore does, must not empty the queues."""
    for name in ("web", "worker", "beat", "migrate"):
        given = services[name]["environment"]
        assert len({given["REDIS_URL"], given["BROKER_URL"]}) == 2, name


def test_everything_that_stays_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        check = service["healthcheck"]
        assert check.get("disable") is True if name in ONCE else len(check["test"]) > 1, name


def test_nothing_is_writable_or_unlimited(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        assert not any(str(volume).startswith((".", "/")) for volume in service.get("volumes", [])), name


def test_it_starts_by_itself_in_order(services: dict[str, dict[str, Any]]) -> None:
    waits = {
        name: {on: how["condition"] for on, how in service.get("depends_on", {}).items()}
        for name, service in services.items()
    }
    assert waits["nginx"] == {"web": "service_healthy", "certificate": "service_completed_successfully"}
    for name in ("web", "worker"):
        assert waits[name] == {
            "db": "service_healthy",
            "redis": "service_healthy",
            "migrate": "service_completed_successfully",
        }
    assert waits["beat"]["migrate"] == "service_completed_successfully"
    text = yaml.safe_dump(services)
    assert re.findall(r"(?<!\$)\$\{\w+\}", text) == []


def test_the_ports_of_health_checks_and_proxy_agree(project: Path, services: dict[str, dict[str, Any]]) -> None:
    nginx = (project / "docker/nginx/nginx.conf").read_text()
    listening = set(re.findall(r"listen (?:127\.0\.0\.1:)?(\d+)", nginx))
    assert {port.rpartition(":")[2] for port in services["nginx"]["ports"]} | {"8081"} == listening
    assert "server web:8000;" in nginx


def test_shellcheck_has_nothing_to_say(project: Path) -> None:
    scripts = sorted(map(str, [*project.glob("scripts/*.sh"), *project.glob("docker/**/*.sh")]))
    assert len(scripts) >= 5
    assert run("shellcheck", *scripts, cwd=project) == ""
