"""Task 5, containers: the plain cases."""

from grader.checkpoint import check, expect_that


@check("env.dockerfile", seconds=60)
def test_hadolint(tools):
    """hadolint has nothing to say about the Dockerfile at level warning."""
    report = tools.hadolint("Dockerfile")
    expect_that(report.ok, expected="no finding", observed="; ".join(report.findings) or "hadolint cannot read it")


@check("env.dockerfile-user")
def test_not_root(final):
    """The final stage of the Dockerfile has a `USER`."""
    users = [stage.last("USER") for stage in final]
    expect_that(any(users), expected="a USER that is not root", observed="there is no USER: the container runs as root")


@check("env.dockerfile-serves")
def test_gunicorn(web_starts):
    """The container starts gunicorn."""
    assert "gunicorn" in web_starts


@check("env.image-secrets")
def test_dockerignore(kept_out):
    """`.dockerignore` keeps `.env` out of the image."""
    assert kept_out(".env"), ".env gets into the image"


@check("env.compose", seconds=60)
def test_the_compose_file(tools, services_of):
    """docker-compose.yml is valid and has the services web, worker, db and redis."""
    report = tools.compose("docker-compose.yml")
    expect_that(
        report.ok, expected="a file that follows the Compose specification", observed="; ".join(report.findings)
    )
    services_of("web", "worker", "db", "redis")


@check("env.compose")
def test_every_file_is_there(compose, files):
    """Every `env_file` is committed, or not required."""
    for name, service in compose["services"].items():
        given = service.get("env_file") or [] if isinstance(service, dict) else []
        for one in given if isinstance(given, list) else [given]:
            path, required = (one.get("path"), one.get("required", True)) if isinstance(one, dict) else (one, True)
            there = files.exists(str(path).removeprefix("./"))
            expect_that(
                there or required is False,
                expected=f"{name} starts without a file of one's own",
                observed=f"it needs {path}",
            )


@check("env.compose-health")
def test_health_of_the_database(services_of):
    """The service db has a health check."""
    (database,) = services_of("db")
    expect_that("test" in (database.get("healthcheck") or {}), expected="a healthcheck", observed="db has none")


@check("env.compose-order")
def test_web_waits(waits_until_healthy):
    """web waits until db is healthy."""
    waits_until_healthy("web", "db")


@check("env.compose-migrations")
def test_migrations_run(compose, commands, web_starts):
    """A service runs `migrate`."""
    started = [service.get("command") for service in compose["services"].values() if isinstance(service, dict)]
    assert "migrate" in f"{web_starts} {commands(*started)}"


@check("env.compose-safe")
def test_only_web_is_reached(compose, front):
    """Only web publishes ports."""
    publishing = [
        name for name, service in compose["services"].items() if isinstance(service, dict) and service.get("ports")
    ]
    assert sorted(set(publishing) - {front}) == []
