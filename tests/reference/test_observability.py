"""The Compose file with Prometheus, Grafana, Jaeger and the collector, and what it gives them to read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.tools.compose import compose_problems

ADDRESS = re.compile(r"\b([a-z]+):(\d{4,5})\b")


@pytest.fixture(scope="module")
def overlay(project: Path) -> dict[str, Any]:
    """The file as data, anchors resolved."""
    read: dict[str, Any] = yaml.safe_load((project / "docker-compose.observability.yml").read_text())
    return read


@pytest.fixture(scope="module")
def base(project: Path) -> dict[str, Any]:
    """The file that it is laid over."""
    read: dict[str, Any] = yaml.safe_load((project / "docker-compose.yml").read_text())
    return read


def test_it_fits_the_specification_and_its_base(overlay: dict[str, Any], base: dict[str, Any]) -> None:
    assert compose_problems(overlay) == ()
    assert overlay["name"] == base["name"]
    networks = {network for service in overlay["services"].values() for network in service.get("networks", [])}
    assert networks <= set(base["networks"])
    assert not set(overlay["volumes"]) & set(base["volumes"])


def test_of_the_platform_it_changes_only_where_traces_go(overlay: dict[str, Any], base: dict[str, Any]) -> None:
    changed = {name: overlay["services"][name] for name in overlay["services"] if name in base["services"]}
    where = {"environment": {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}}
    assert changed == dict.fromkeys(("web", "worker", "beat"), where)


def test_what_it_adds_is_confined_and_published_to_this_machine_alone(
    overlay: dict[str, Any], base: dict[str, Any]
) -> None:
    for name in set(overlay["services"]) - set(base["services"]):
        service = overlay["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        assert re.search(r":v?\d+\.\d+\.\d+$", service["image"]), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert all(volume.split(":")[0] in overlay["volumes"] for volume in service.get("volumes", [])), name


def test_every_file_is_there_and_reaches_the_service_that_reads_it(overlay: dict[str, Any], project: Path) -> None:
    sources = [config["source"] for service in overlay["services"].values() for config in service.get("configs", [])]
    assert sorted(sources) == sorted(overlay["configs"])
    for name, config in overlay["configs"].items():
        assert (project / config["file"]).is_file(), name
    rules = yaml.safe_load((project / "monitoring/prometheus/prometheus.yml").read_text())["rule_files"]
    targets = {config["target"] for config in overlay["services"]["prometheus"]["configs"]}
    assert {f"/etc/prometheus/{name}" for name in rules} <= targets
    boards = yaml.safe_load((project / "monitoring/grafana/provisioning/dashboards/platform.yml").read_text())
    folder = boards["providers"][0]["options"]["path"]
    given = [Path(config["target"]) for config in overlay["services"]["grafana"]["configs"]]
    shown = {path.name for path in given if path.is_relative_to(folder)}
    assert shown == {path.name for path in (project / "monitoring/grafana/dashboards").glob("*.json")}


def test_whoever_is_asked_is_there(overlay: dict[str, Any], base: dict[str, Any], project: Path) -> None:
    """Every address in the files that it gives is one of a service."""
    texts = [(project / config["file"]).read_text() for config in overlay["configs"].values()]
    hosts = {host for text in texts for host, _ in ADDRESS.findall(text)}
    assert hosts >= {"web", "worker", "prometheus", "jaeger"}
    assert hosts <= {*overlay["services"], *base["services"]}


def test_the_collector_has_a_pipeline_of_what_it_defines(project: Path) -> None:
    config = yaml.safe_load((project / "monitoring/collector/config.yml").read_text())
    (traces,) = config["service"]["pipelines"].values()
    for kind in ("receivers", "processors", "exporters"):
        assert sorted(traces[kind]) == sorted(config[kind])
    assert traces["processors"][0] == "memory_limiter"
    assert config["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")
