"""Alerts and dashboards: by promtool, and by a real Prometheus that scrapes the running platform."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from tests.reference.conftest import MachineWith
from tests.reference.machine import Machine
from tests.reference.platform import PASSWORD, start_platform, start_worker
from tests.reference.tools import run

API = "http://web:8000/api/v1"
OURS = re.compile(r"\b(?:django|platform|up|slo|view|task)(?:_\w+|:[\w:]+|(?=\{))")
NAMES = """
from django_prometheus.middleware import Metrics
from prometheus_client import REGISTRY
Metrics.get_instance()
for family in REGISTRY.collect():
    kinds = {'counter': ['_total'], 'histogram': ['_bucket', '_count', '_sum']}.get(family.type, [''])
    for kind in kinds:
        print(family.name + kind)
"""
PEOPLE = """
from accounts.models import User
for name in ('ann', 'root'):
    User.objects.create_user(name, email=name + '@example.org', password='proof of a graph', role='admin')
"""


def rules(project: Path) -> list[dict[str, Any]]:
    """Every recording rule and every alert."""
    files = [project / f"monitoring/prometheus/{name}.yml" for name in ("recording", "alerts")]
    return [rule for path in files for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def panels(project: Path) -> list[dict[str, Any]]:
    """Every panel of every dashboard that asks something."""
    boards = sorted((project / "monitoring/grafana/dashboards").glob("*.json"))
    found = [panel for board in boards for panel in json.loads(board.read_text())["panels"]]
    return [panel for panel in found if panel["type"] != "row"]


def expressions(project: Path) -> list[str]:
    """Everything that is asked anywhere."""
    asked = [rule["expr"] for rule in rules(project)]
    return asked + [target["expr"] for panel in panels(project) for target in panel["targets"]]


def test_promtool_has_nothing_to_say(project: Path) -> None:
    folder = project / "monitoring/prometheus"
    assert "SUCCESS" in run("promtool", "check", "config", "prometheus.yml", cwd=folder)
    assert "SUCCESS" in run("promtool", "test", "rules", "rules_test.yml", cwd=folder)


def test_every_alert_says_how_bad_it_is_and_is_tested_or_simple(project: Path) -> None:
    alerts = [rule for rule in rules(project) if "alert" in rule]
    assert len(alerts) >= 12
    for rule in alerts:
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description", "runbook"}, rule["alert"]


def test_dashboards_can_be_read_without_knowing_them(project: Path) -> None:
    for board in (project / "monitoring/grafana/dashboards").glob("*.json"):
        ids = [panel["id"] for panel in json.loads(board.read_text())["panels"]]
        assert len(set(ids)) == len(ids)
    source = yaml.safe_load((project / "monitoring/grafana/provisioning/datasources/prometheus.yml").read_text())
    (uid,) = [each["uid"] for each in source["datasources"]]
    for panel in panels(project):
        assert panel["description"].endswith("."), panel["title"]
        assert panel["datasource"]["uid"] == uid


@pytest.fixture(scope="module")
def watched(project: Path, machine_with: MachineWith, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The platform with some traffic, and Prometheus with its files as they are but for the pauses, which are short."""
    folder = tmp_path_factory.mktemp("prometheus") / "prometheus"
    shutil.copytree(project / "monitoring/prometheus", folder)
    for path in folder.glob("*.yml"):
        path.write_text(re.sub(r"interval: \d+s", "interval: 1s", path.read_text()))
    with machine_with(env={"PGPASSWORD": PASSWORD}, binds={folder: "/app/monitoring/prometheus"}) as machine:
        start_platform(machine)
        start_worker(machine)
        machine.start(
            "prometheus --config.file monitoring/prometheus/prometheus.yml --storage.tsdb.path /tmp/tsdb"
            " --web.listen-address 127.0.0.1:9090",
            until="curl --silent --fail http://127.0.0.1:9090/-/ready",
            log="prometheus",
        )
        make_traffic(machine)
        machine.sh("sleep 4")
        make_traffic(machine)
        machine.sh("sleep 3")
        yield machine


def make_traffic(machine: Machine) -> None:
    """People who read, log in, fail to, write, publish and comment."""
    machine.sh(f'python manage.py shell --no-imports -c "{PEOPLE}" || true')
    send = "curl --silent --max-time 20 -H 'Content-Type: application/json'"
    machine.sh(f"""{send} {API}/auth/login/ -d '{{"username": "ann", "password": "wrong"}}' >/dev/null""")
    sent = '{"username": "ann", "password": "proof of a graph"}'
    token = json.loads(machine.sh(f"{send} {API}/auth/login/ -d '{sent}'"))["access"]
    known = f"{send} -H 'Authorization: Bearer {token}'"
    post = json.loads(machine.sh(f"""{known} {API}/posts/ -d '{{"title": "Snow", "body": "Much of it."}}'"""))["id"]
    machine.sh(f"{known} -X POST {API}/posts/{post}/publish/ >/dev/null")
    said = machine.sh(f"""{known} {API}/comments/ -d '{{"post": {post}, "body": "Well said."}}'""")
    machine.sh(f"{known} -X POST {API}/comments/{json.loads(said)['id']}/approve/ >/dev/null")
    machine.sh(f"for _ in 1 2 3; do {known} {API}/posts/ >/dev/null; {known} {API}/posts/{post}/ >/dev/null; done")
    machine.sh(f"{known} {API}/posts/999999/ >/dev/null")


def ask(machine: Machine, expression: str) -> list[dict[str, Any]]:
    """What Prometheus answers to a query."""
    answer = json.loads(machine.sh(f"curl --silent 'http://127.0.0.1:9090/api/v1/query?query={quote(expression)}'"))
    assert (answer["status"], answer.get("warnings")) == ("success", None), f"{expression}: {answer}"
    result: list[dict[str, Any]] = answer["data"]["result"]
    return result


@pytest.mark.slow
def test_prometheus_reaches_every_process(watched: Machine) -> None:
    up = {sample["metric"]["job"]: sample["value"][1] for sample in ask(watched, "up")}
    assert up == {"web": "1", "worker": "1"}


@pytest.mark.slow
def test_every_query_is_answered(watched: Machine, project: Path) -> None:
    asked = expressions(project)
    assert len(asked) > 60
    for expression in asked:
        ask(watched, expression)


@pytest.mark.slow
def test_every_metric_that_is_named_exists(watched: Machine, project: Path) -> None:
    described = set(watched.sh(f'python manage.py shell --no-imports -c "{NAMES}"').split())
    recorded = {rule["record"] for rule in rules(project) if "record" in rule}
    queues = {"platform_queue_depth"}  # asked of the broker at each scrape, so no process describes it
    seen = {sample["metric"]["__name__"] for sample in ask(watched, '{__name__=~"django.+|platform.+|up"}')}
    named = {name for expression in expressions(project) for name in OURS.findall(expression)} - {"up"}
    assert len(named) > 25
    assert named - described - recorded - queues - seen == set()
    assert queues <= seen


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        "sum(django_http_responses_total_by_status_view_method_total) > 10",
        'django_http_requests_latency_seconds_by_view_method_bucket{le="0.25"}',
        "sum(django_db_execute_total) > 10",
        "sum(django_db_query_duration_seconds_count) > 10",
        "sum(django_cache_get_total) > 0",
        'sum(platform_logins_total{outcome="succeeded"}) >= 2',
        'sum(platform_logins_total{outcome="failed"}) >= 2',
        "sum(platform_posts_published_total) >= 2",
        "sum(platform_comments_submitted_total) >= 2",
        'sum(platform_comments_moderated_total{decision="approved"}) >= 2',
        'sum(platform_tasks_total{outcome="succeeded"}) > 0',
        "sum(platform_task_duration_seconds_count) > 0",
        'platform_queue_depth{queue="dead"} == 0',
        "slo:availability:error_ratio_rate5m == 0",
        "slo:latency:error_ratio_rate5m < 1",
        "view:http_requests:rate5m > 0",
        "task:tasks:rate5m > 0",
    ],
)
def test_what_was_done_is_counted(watched: Machine, query: str) -> None:
    assert ask(watched, query) != []


@pytest.mark.slow
def test_no_alert_fires_while_all_is_well(watched: Machine) -> None:
    assert ask(watched, 'ALERTS{alertstate="firing"}') == []


@pytest.mark.slow
def test_an_outage_is_seen(watched: Machine) -> None:
    """Last, because it leaves the platform without a database and without Redis."""
    watched.sh("pg_ctl -D /tmp/db -m immediate stop >/dev/null; kill $(cat /tmp/redis.pid)")
    watched.sh("for _ in 1 2 3 4 5; do curl --silent --max-time 20 http://web:8000/ready >/dev/null; sleep 1; done")
    watched.sh(f"for _ in 1 2 3; do curl --silent --max-time 20 {API}/posts/ >/dev/null; sleep 1; done; sleep 2")
    assert ask(watched, "sum(django_db_new_connection_errors_total) > 0") != []
    assert ask(watched, 'sum(rate(django_http_responses_total_by_status_view_method_total{status=~"5.."}[1m]))') != []
