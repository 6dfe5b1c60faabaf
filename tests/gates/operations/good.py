"""Files of a small project as the course teaches them: each of these tests spoils one place."""

DOCKERFILE = """FROM python:3.13-slim AS base
FROM base AS packages
RUN pip install --no-cache-dir poetry==2.5.1
COPY pyproject.toml poetry.lock ./
RUN poetry install --only main
FROM base
COPY --from=packages /app/.venv .venv
COPY . .
USER app
HEALTHCHECK CMD ["python", "health.py"]
CMD ["gunicorn", "config.wsgi"]
"""
IGNORED = ".git\n.env\n"
COMPOSE = """services:
  web:
    build: .
    ports: ["8000:8000"]
    environment:
      SECRET_KEY: ${SECRET_KEY:?}
      DATABASE_URL: postgres://app:${PASSWORD:-x}@db/app
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
  migrate:
    build: .
    restart: "no"
    command: [migrate]
    healthcheck: {disable: true}
  db:
    image: postgres:17.6
    ports: ["127.0.0.1:5432:5432"]
    environment:
      POSTGRES_PASSWORD: ${PASSWORD:-x}
    healthcheck: {test: [CMD, pg_isready]}
"""
MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: web
          image: registry.example/web:1.0
          ports: [{containerPort: 8000}]
          env: [{name: MODE, value: production}]
          livenessProbe: {httpGet: {path: /live, port: 8000}}
          readinessProbe: {httpGet: {path: /ready, port: 8000}}
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {memory: 128Mi}
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {SECRET_KEY: REPLACE-ME}
"""
WORKFLOW = """name: ci
on: [push]
permissions: {contents: read}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v6
      - uses: else/where@0123456789012345678901234567890123456789
      - run: echo "$TITLE"
        env:
          TITLE: ${{ github.event.issue.title }}
"""
ALERTS = """groups:
  - name: web
    rules:
      - record: job:errors:rate5m
        expr: sum by (job) (rate(errors_total{status=~"5.."}[5m]))
      - alert: RequestsFail
        expr: job:errors:rate5m > 0.1
        for: 5m
        labels: {severity: page}
        annotations: {summary: Requests fail, runbook: docs/runbook.md#fail}
"""
PROMETHEUS = """rule_files: [alerts.yml]
scrape_configs:
  - job_name: web
    static_configs: [{targets: ["web:8000"]}]
"""
DASHBOARD = """{"title": "Web", "uid": "web", "schemaVersion": 39, "panels": [
 {"id": 1, "type": "row", "title": "All"},
 {"id": 2, "type": "stat", "title": "Errors", "targets": [{"expr": "rate(errors_total[$__rate_interval])"}]}
]}
"""
FILES = {
    "Dockerfile": DOCKERFILE,
    ".dockerignore": IGNORED,
    "docker-compose.yml": COMPOSE,
    "k8s/web.yaml": MANIFEST,
    ".github/workflows/ci.yml": WORKFLOW,
    "monitoring/alerts.yml": ALERTS,
    "monitoring/prometheus.yml": PROMETHEUS,
    "monitoring/web.json": DASHBOARD,
    "docs/runbook.md": "# Fail\n",
}
