"""The manifests: by the schemas of Kubernetes, by checkov, and by what has to agree with the rest."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.reference.tools import run_tool, tool

pytestmark = pytest.mark.slow
Objects = list[dict[str, Any]]


@pytest.fixture(scope="module")
def files(project: Path) -> list[Path]:
    """The manifests, without what is for kustomize alone."""
    return sorted(
        path for path in (project / "k8s").glob("*.yaml") if path.name[0] != "." and "kustom" not in path.name
    )


@pytest.fixture(scope="module")
def objects(files: list[Path]) -> Objects:
    """Everything that they describe."""
    return [made for path in files for made in yaml.safe_load_all(path.read_text())]


def of_kind(objects: Objects, *kinds: str) -> Objects:
    """The objects of these kinds; there is at least one."""
    found = [made for made in objects if made["kind"] in kinds]
    assert found, kinds
    return found


def pods(objects: Objects) -> dict[str, dict[str, Any]]:
    """The specification of the pod of everything that runs one."""
    found = {}
    for made in of_kind(objects, "Deployment", "Job", "CronJob"):
        spec = made["spec"] if made["kind"] != "CronJob" else made["spec"]["jobTemplate"]["spec"]
        found[made["metadata"]["name"]] = spec["template"]["spec"]
    return found


def test_every_manifest_fits_its_schema(files: list[Path], project: Path, state_dir: Path) -> None:
    site = tool("kubernetes-validate", state_dir)
    done = run_tool(site, "kubernetes-validate", "--strict", *map(str, files), cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("passed") + done.stderr.count("passed") >= 20


def test_a_wrong_manifest_would_not_fit(project: Path, state_dir: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text((project / "k8s/web.yaml").read_text().replace("containerPort: 8000", "containerPort: http"))
    site = tool("kubernetes-validate", state_dir)
    assert run_tool(site, "kubernetes-validate", "--strict", str(wrong), cwd=tmp_path).returncode != 0


def test_checkov_has_nothing_to_say(project: Path, state_dir: Path) -> None:
    done = run_tool(
        tool("checkov", state_dir),
        "checkov",
        *("--config-file", "k8s/.checkov.yaml", "--directory", "k8s", "--compact", "--skip-download"),
        cwd=project,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Failed checks: 0" in done.stdout


def test_everything_is_there(objects: Objects) -> None:
    assert {made["metadata"]["name"] for made in of_kind(objects, "Deployment")} == {"web", "worker", "beat"}
    of_kind(objects, "Namespace", "Service", "ConfigMap", "Secret", "HorizontalPodAutoscaler", "CronJob")
    assert of_kind(objects, "Job")[0]["metadata"]["name"] == "migrate"
    assert len(of_kind(objects, "PodDisruptionBudget")) == 2
    assert of_kind(objects, "ServiceAccount")[0]["automountServiceAccountToken"] is False


def test_kustomize_names_every_file_but_secret_and_migration(project: Path, files: list[Path]) -> None:
    named = yaml.safe_load((project / "k8s/kustomization.yaml").read_text())["resources"]
    assert set(named) | {"secret.example.yaml", "migrate.yaml"} == {path.name for path in files}


def test_no_pod_may_do_more_than_it_needs(objects: Objects) -> None:
    for name, pod in pods(objects).items():
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert set(container["resources"]) == {"requests", "limits"}


def test_the_probes_ask_what_they_should(objects: Objects) -> None:
    (web,) = pods(objects)["web"]["containers"]
    asked = {probe: web[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "liveness", "readiness")}
    assert asked == {"startup": "/live", "liveness": "/live", "readiness": "/healthz"}


def test_there_is_time_for_a_graceful_shutdown(objects: Objects, project: Path) -> None:
    said = re.search(r"^graceful_timeout = [^\d\n]*(\d+)", (project / "gunicorn.conf.py").read_text(), re.MULTILINE)
    web = pods(objects)["web"]
    pause = web["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    graceful = int(said[1]) if said else 30  # which is gunicorn's own
    assert web["terminationGracePeriodSeconds"] > pause + graceful
    compose = yaml.safe_load((project / "docker-compose.yml").read_text())["services"]
    assert int(compose["web"]["stop_grace_period"].rstrip("s")) > graceful
    assert pods(objects)["worker"]["terminationGracePeriodSeconds"] == int(
        compose["worker"]["stop_grace_period"].rstrip("s")
    )


def test_the_world_reaches_only_what_is_listed(objects: Objects) -> None:
    (ingress,) = of_kind(objects, "Ingress")
    paths = [path["path"] for path in ingress["spec"]["rules"][0]["http"]["paths"]]
    assert paths == ["/api", "/admin", "/static", "/healthz"]
    assert ingress["spec"]["tls"][0]["hosts"] == [ingress["spec"]["rules"][0]["host"]]


def test_nothing_is_allowed_that_no_policy_names(objects: Objects) -> None:
    first = of_kind(objects, "NetworkPolicy")[0]["spec"]
    assert first == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_only_the_migration_owns_the_tables(objects: Objects) -> None:
    urls = {made["metadata"]["name"]: made["stringData"].get("DATABASE_URL", "") for made in of_kind(objects, "Secret")}
    assert urls["platform"].startswith("postgres://runtime:")
    assert urls["migrate"].startswith("postgres://app:")
    given = {
        name: [one.get("secretRef", {}).get("name") for one in pod["containers"][0]["envFrom"]]
        for name, pod in pods(objects).items()
    }
    assert {name for name, sources in given.items() if "migrate" in sources} == {"migrate"}
    assert given["migrate"][-1] == "migrate"


def test_cache_and_queues_are_apart(objects: Objects) -> None:
    (given,) = (made["stringData"] for made in of_kind(objects, "Secret") if made["metadata"]["name"] == "platform")
    assert len({given["REDIS_URL"], given["BROKER_URL"]}) == 2


def test_no_secret_is_in_the_files(objects: Objects) -> None:
    for secret in of_kind(objects, "Secret"):
        for name, value in secret["stringData"].items():
            assert "REPLACE-ME" in value or name.startswith("PG") or name == "DATABASE_RUNTIME_ROLE", name


def test_compose_and_cluster_start_the_same(objects: Objects, project: Path) -> None:
    compose = yaml.safe_load((project / "docker-compose.yml").read_text())["services"]
    for name in ("worker", "beat", "migrate"):
        assert pods(objects)[name]["containers"][0]["command"] == compose[name]["command"], name
