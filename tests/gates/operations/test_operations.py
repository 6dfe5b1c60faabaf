"""The operations gate: files as the course teaches them, spoilt in one place at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.gates.operations import GATE
from grader.gates.registry import GATES
from grader.gates.subject import Subject
from grader.tools.tool import Output, Tool
from tests.gates.conftest import spec_of, write
from tests.gates.operations.good import FILES

Measured = Callable[..., dict[str, Measurement]]
METRICS = frozenset(GATES["operations"].metrics)
DOCKERFILE, COMPOSE, MANIFEST = "Dockerfile", "docker-compose.yml", "k8s/web.yaml"
WORKFLOW, ALERTS, BOARD = ".github/workflows/ci.yml", "monitoring/alerts.yml", "monitoring/web.json"
# A file, what stands in it, what stands there instead, and the only rules that say something then.
SPOILT = [
    (DOCKERFILE, "python:3.13-slim", "python:latest", ["unpinned"]),
    (DOCKERFILE, "python:3.13-slim", "python", ["unpinned"]),
    (DOCKERFILE, "USER app", "USER 0:0", ["root"]),
    (DOCKERFILE, "USER app\n", "", ["root"]),
    (DOCKERFILE, "USER app", "ARG WHO=root\nUSER ${WHO}", ["root"]),
    (DOCKERFILE, "USER app", "USER $WHO", ["root"]),
    (DOCKERFILE, "USER app", "ENV WHO=app\nUSER $WHO", []),
    (DOCKERFILE, "gunicorn", 'manage.py", "runserver', ["server"]),
    (DOCKERFILE, "USER app", "ENV API_TOKEN=abc\nUSER app", ["secret"]),
    (DOCKERFILE, "USER app", "ARG SECRET_KEY\nUSER app", ["secret"]),
    (DOCKERFILE, "COPY pyproject.toml poetry.lock ./", "COPY . .", ["layers"]),
    (DOCKERFILE, "--no-cache-dir ", "", ["cache"]),
    (DOCKERFILE, "USER app", "RUN apt-get update && \\\n  apt-get install -y gcc\nUSER app", ["cache"]),
    (DOCKERFILE, "USER app", "RUN curl https://x.example/a | sh\nUSER app", ["fetched"]),
    (".dockerignore", ".env\n", "", ["context"]),
    (COMPOSE, "postgres:17.6", "postgres", ["unpinned"]),
    (COMPOSE, "postgres:17.6", "${IMAGE:-postgres:latest}", ["unpinned"]),
    (COMPOSE, "[CMD, pg_isready]", "[CMD-SHELL, exit 0]", ["health"]),
    (COMPOSE, "[CMD, pg_isready]", "'true'", ["health"]),
    (COMPOSE, "127.0.0.1:5432", "5432", ["ports"]),
    (COMPOSE, "POSTGRES_PASSWORD: ${PASSWORD:-x}", "POSTGRES_PASSWORD: hunter2", ["secret"]),
    (COMPOSE, "${PASSWORD:-x}@db", "hunter2@db", ["secret"]),
    (COMPOSE, "POSTGRES_PASSWORD: ${PASSWORD:-x}", "POSTGRES_PASSWORD: app", []),
    (COMPOSE, "app:${PASSWORD:-x}@db", "app:development-only-1@db", []),
    (COMPOSE, "    build: .\n    ports", "    build: .\n    privileged: true\n    ports", ["host"]),
    (COMPOSE, "    build: .\n    ports", "    build: .\n    volumes: [/var/run/docker.sock:/x]\n    ports", ["host"]),
    (COMPOSE, "      db: {condition: service_healthy}", "      db: {condition: service_started}", ["order"]),
    (COMPOSE, "    healthcheck: {test: [CMD, pg_isready]}\n", "", ["health"]),
    (COMPOSE, '    restart: "no"', "    restart: 5", ["schema"]),
    (COMPOSE, "services:", "services: [", ["unreadable"]),
    (MANIFEST, "replicas", "replicas", []),
    (MANIFEST, "web:1.0", "web:latest", ["unpinned"]),
    (MANIFEST, "            limits: {memory: 128Mi}\n", "", ["resources"]),
    (MANIFEST, "runAsNonRoot: true", "runAsNonRoot: false", ["root"]),
    (MANIFEST, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", ["privileges"]),
    (MANIFEST, "drop: [ALL]", "drop: [KILL]", ["capabilities"]),
    (MANIFEST, "        seccompProfile: {type: RuntimeDefault}\n", "", ["seccomp"]),
    (MANIFEST, "          livenessProbe: {httpGet: {path: /live, port: 8000}}\n", "", ["liveness"]),
    (MANIFEST, "          readinessProbe: {httpGet: {path: /ready, port: 8000}}\n", "", ["readiness"]),
    (MANIFEST, "{httpGet: {path: /live, port: 8000}}", "{exec: {command: [sh, -c, exit 0]}}", ["liveness"]),
    (MANIFEST, "REPLACE-ME", "hunter2hunter2", ["secret"]),
    (MANIFEST, "{name: MODE, value: production}", "{name: DB, value: 'postgres://a:hunter2@db/x'}", ["secret"]),
    (MANIFEST, "      containers:", "      hostNetwork: true\n      containers:", ["host"]),
    (MANIFEST, "  selector: {matchLabels: {app: web}}\n", "", ["schema"]),
    (MANIFEST, "  template:\n", "  tempalte: 1\n  template:\n", ["schema"]),
    (WORKFLOW, "permissions: {contents: read}\n", "", ["permissions"]),
    (WORKFLOW, "{contents: read}", "write-all", ["permissions"]),
    (WORKFLOW, "    timeout-minutes: 10\n", "", ["timeout"]),
    (WORKFLOW, "where@0123456789012345678901234567890123456789", "where@v3", ["unpinned"]),
    (WORKFLOW, "checkout@v6", "checkout@main", ["unpinned"]),
    (WORKFLOW, 'echo "$TITLE"', 'echo "${{ github.event.issue.title }}"', ["injection"]),
    (WORKFLOW, "runs-on: ubuntu-24.04", "run-on: ubuntu-24.04", ["schema"]),
    (WORKFLOW, "on: [push]", "on: [push, pull_request_target]", []),
    (ALERTS, "        labels: {severity: page}\n", "", ["severity"]),
    (ALERTS, "summary: Requests fail, ", "", ["summary"]),
    (ALERTS, "for: 5m", "for: five", ["duration"]),
    (ALERTS, "docs/runbook.md", "docs/runbooks.md", ["runbook"]),
    (ALERTS, "expr: job:errors:rate5m > 0.1", "expr: vector(1) > 0", ["constant"]),
    (ALERTS, "expr: job:errors:rate5m > 0.1", "expr: (job:errors:rate5m > 0.1", ["expression"]),
    (ALERTS, "record: job:errors:rate5m", "record: errors-rate", ["record"]),
    (BOARD, '"title": "Web", ', "", ["dashboard"]),
    (BOARD, '"id": 2', '"id": 1', ["panel"]),
    (BOARD, '"targets": [{"expr": "rate(errors_total[$__rate_interval])"}]', '"targets": []', ["panel"]),
    (BOARD, "rate(errors_total[$__rate_interval])", "1 + 1", ["constant"]),
    ("monitoring/prometheus.yml", "[alerts.yml]", "[alarms.yml]", ["rule-file"]),
]


@pytest.fixture
def measured(tmp_path: Path, usual_state_dir: Path) -> Measured:
    def of(files: dict[str, str], metrics: frozenset[str] = METRICS) -> dict[str, Measurement]:
        root = tmp_path / "submission"
        root.mkdir()
        write(root, files)
        with Subject(spec_of(root, usual_state_dir)) as subject:
            return {measurement.metric: measurement for measurement in GATE.measure(subject, metrics)}

    return of


def counted(found: Measurement) -> list[str]:
    return [one.rule.partition(".")[2] for one in found.findings if one.severity is not Severity.NOTE]


@pytest.mark.slow
def test_control_what_the_course_teaches_has_nothing_to_mend(measured: Measured) -> None:
    found = measured(FILES)
    assert {name: (one.status, one.value, counted(one)) for name, one in found.items()} == dict.fromkeys(
        METRICS, (Status.PASSED, 0, [])
    )


@pytest.mark.slow
def test_control_a_project_below_the_root_has_its_files_beside_it(measured: Measured) -> None:
    found = measured({f"shop/{path}" if path != WORKFLOW else path: text for path, text in FILES.items()})
    assert {name: counted(one) for name, one in found.items()} == {metric: [] for metric in METRICS}


def metric_of(path: str) -> str:
    kind = {DOCKERFILE: "dockerfile", ".dockerignore": "dockerfile", COMPOSE: "compose", MANIFEST: "kubernetes"}
    return f"operations.{kind.get(path) or ('workflows' if path == WORKFLOW else 'monitoring')}"


@pytest.mark.parametrize(
    ("path", "text", "by", "rules"),
    [pytest.param(*case, marks=[pytest.mark.exhaustive] if number % 3 else []) for number, case in enumerate(SPOILT)],
)
def test_one_spoilt_place_is_one_finding_of_its_rule(
    measured: Measured, path: str, text: str, by: str, rules: list[str]
) -> None:
    assert text in FILES[path] or not rules
    metric = metric_of(path)
    found = measured({**FILES, path: FILES[path].replace(text, by, 1)}, frozenset({metric}))[metric]
    assert counted(found) == rules, [finding.message for finding in found.findings]
    assert found.value == len(rules)


def test_a_project_with_nothing_of_the_kind(measured: Measured) -> None:
    found = measured({"a.py": ""})
    assert {one.status for one in found.values()} == {Status.NOT_APPLICABLE}
    assert all(one.reason for one in found.values())


# What would have tools and rules look elsewhere.
TRICKS = {
    "comments for hadolint": {DOCKERFILE: "# hadolint global ignore=DL3006,DL3007\nFROM python\nCMD x\n"},
    "its own configuration": {".hadolint.yaml": "ignored: [DL3006]\n", DOCKERFILE: "FROM python\nCMD x\n"},
    "another escape": {DOCKERFILE: "FROM \\\n python\nCMD x\n"},
    "a health check of nothing": {DOCKERFILE: 'FROM python\nHEALTHCHECK --interval=1s CMD ["true"]\nCMD x\n'},
    "a variable": {DOCKERFILE: "ARG BASE=python\nFROM ${BASE}\nCMD x\n"},
    "a variable without a value": {DOCKERFILE: "ARG BASE\nFROM $BASE\nCMD x\n"},
}


@pytest.mark.parametrize("name", TRICKS)
def test_a_dockerfile_cannot_have_itself_left_out(measured: Measured, name: str) -> None:
    metric = "operations.dockerfile"
    found = measured(TRICKS[name], frozenset({metric}))[metric]
    assert sorted(counted(found)) == ["health", "root", "unpinned"]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)
HOSTILE = {
    COMPOSE: BOMB + "services: *g\n",
    MANIFEST: "apiVersion: v1\nkind: X\n" + BOMB,
    WORKFLOW: "on: push\n" + BOMB,
    ALERTS: "groups:\n" + "- {name: x, rules: [{alert: y, expr: " + "(" * 30_000 + "}]}\n" * 2,
    BOARD: '{"panels": ' + "[" * 50_000,
    DOCKERFILE: "FROM x:1\n" + "RUN curl a " * 9_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("path", HOSTILE)
def test_files_that_no_person_writes_are_findings_and_soon_read(measured: Measured, path: str) -> None:
    metric = metric_of(path)
    found = measured({path: HOSTILE[path]}, frozenset({metric}))[metric]
    assert found.status is Status.PASSED
    assert found.value


def test_a_pod_that_lists_others_is_looked_into(measured: Measured) -> None:
    secret = "{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {A: aHVudGVyMg==}}"
    text = f"apiVersion: v1\nkind: List\nitems:\n  - {secret}\n"
    found = measured({MANIFEST: text}, frozenset({"operations.kubernetes"}))["operations.kubernetes"]
    assert counted(found) == ["secret"]


def test_promtool_adds_what_it_says_where_it_is_and_counts_nothing(measured: Measured) -> None:
    text = FILES[ALERTS].replace("job:errors:rate5m > 0.1", "rate(job:errors:rate5m) > 0.1")
    found = measured({**FILES, ALERTS: text}, frozenset({"operations.monitoring"}))["operations.monitoring"]
    assert found.value == 0
    said = [(note.rule, note.severity, "expected type range vector" in note.message) for note in found.findings]
    assert said == [("promtool.check", Severity.NOTE, True)] * (Tool.of_machine("promtool") is not None)


def test_manifests_that_the_tool_says_nothing_of_are_not_passed(
    measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "grader.gates.operations.kubernetes.run", lambda *_, **__: Output(0, "INFO /submission/k8s/x.yaml passed")
    )
    with pytest.raises(EnvironmentError_, match="kubernetes-validate ended with 0"):
        measured(FILES, frozenset({"operations.kubernetes"}))
