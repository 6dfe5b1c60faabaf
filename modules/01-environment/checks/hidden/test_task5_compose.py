"""Task 5, containers: docker-compose.yml, read as data."""

import re

import pytest

from grader.checkpoint import check, expect_that, fail

VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<inner>[^}]{0,200})\})")
HOST_KEYS = ("cap_add", "devices", "device_cgroup_rules", "volumes_from")
NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")
FILE = "docker-compose.yml"
MOST = 5_000


def texts(value):
    """All texts inside a value; fails the check if there are more than anybody writes (aliases multiply)."""
    left, seen = [value], 0
    while left:
        one, seen = left.pop(), seen + 1
        if seen > MOST:
            fail(expected=f"at most {MOST} values", observed="more", where=FILE)
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one


def condition(service, other):
    """What a service waits for another to be: "service_healthy" and so on; "service_started" for the short form."""
    waits = service.get("depends_on")
    how = waits.get(other) if isinstance(waits, dict) else None
    return how.get("condition") if isinstance(how, dict) else "service_started"


def each_service(compose):
    """The services as (name, content)."""
    return [(name, service) for name, service in compose["services"].items() if isinstance(service, dict)]


@check("env.compose")
def test_every_variable_has_a_default(compose):
    """Every `${VARIABLE}` has a default."""
    for text in texts({key: value for key, value in compose.items() if not str(key).startswith("x-")}):
        for match in VARIABLE.finditer(text):
            if not re.fullmatch(r"\w+:?[-+].*", match["inner"] or "", re.DOTALL):
                fail(expected="a default, as in ${NAME:-default}", observed=match[0], where=FILE)


@check("env.compose")
def test_what_the_services_are(services_of):
    """db is a postgres image, redis a redis image, and web is built here or an image that a service builds."""
    database, redis, web, _ = services_of("db", "redis", "web", "worker")
    expect_that("postg" in str(database.get("image")), expected="a postgres image", observed=database.get("image"))
    expect_that("redis" in str(redis.get("image")), expected="a redis image", observed=redis.get("image"))
    expect_that(bool(web.get("build") or web.get("image")), expected="web is built or has an image", observed="neither")


def has_check(service):
    """Whether a service has a health check that is not switched off."""
    given = service.get("healthcheck") or {}
    test = given.get("test") or []
    return bool(test) and not given.get("disable") and test != "NONE" and test[:1] != ["NONE"]


@check("env.compose-health")
@pytest.mark.parametrize("name", ["db", "redis"])
def test_health_of_services(services_of, name):
    """db and redis have a health check."""
    expect_that(has_check(services_of(name)[0]), expected="a healthcheck", observed=f"{name} has none")


@check("env.compose-health")
def test_health_of_web(services_of, final):
    """web has a health check, there or in the Dockerfile."""
    (web,) = services_of("web")
    of_image = next((said for stage in final if (said := stage.last("HEALTHCHECK"))), "NONE")
    off = (web.get("healthcheck") or {}).get("disable") is True
    expect_that(
        has_check(web) or (of_image.strip().upper() != "NONE" and not off),
        expected="a healthcheck",
        observed="web has none",
    )


@check("env.compose-order")
@pytest.mark.parametrize("name", ["web", "worker"])
@pytest.mark.parametrize("other", ["db", "redis"])
def test_who_waits_for_whom(services_of, name, other):
    """web and worker wait until db and redis are healthy."""
    assert condition(services_of(name)[0], other) == "service_healthy"


@check("env.compose-migrations")
def test_migrations_come_first(compose, services_of, commands, web_starts):
    """Before web serves, `migrate` has run: in a service that it waits for, or in its own command."""
    (web,) = services_of("web")
    if re.search(r"\bmigrate\b", web_starts):
        return
    awaited = [n for n, _ in each_service(compose) if condition(web, n) == "service_completed_successfully"]
    running = [
        n
        for n, service in each_service(compose)
        if re.search(r"\bmigrate\b", commands(service.get("entrypoint"), service.get("command")))
    ]
    expect_that(
        bool(set(awaited) & set(running)),
        expected="web waits for a service that runs migrate, with service_completed_successfully",
        observed=f"migrate runs in {running or 'no service'}, and web waits for the success of {awaited or 'none'}",
    )


@check("env.compose-safe")
def test_no_service_asks_for_the_host(compose):
    """No service is privileged, in a namespace of the host, or has added capabilities or devices."""
    for name, service in each_service(compose):
        asked = [key for key in HOST_KEYS if service.get(key)]
        asked += [key for key in NAMESPACES if str(service.get(key, "")).startswith("host")]
        asked += ["extends of a file"] if "file" in (service.get("extends") or ()) else []
        asked += ["privileged"] if service.get("privileged") not in (None, False) else []
        expect_that(not asked, expected=f"{name} asks nothing of the machine", observed=f"it has {', '.join(asked)}")


def is_bind(volume):
    """Whether a volume of a service is a folder of the machine."""
    if isinstance(volume, dict):
        return volume.get("type") != "volume" and volume.get("type") != "tmpfs"
    source = str(volume).partition(":")[0] if ":" in str(volume) else ""
    return source.startswith((".", "/", "~", "$", "\\"))


@check("env.compose-safe")
def test_no_folder_of_the_machine(compose):
    """No service mounts a folder of the machine or the Docker socket; named volumes are fine."""
    for name, service in each_service(compose):
        bound = [str(volume) for volume in service.get("volumes") or [] if is_bind(volume)]
        expect_that(not bound, expected=f"{name} mounts named volumes only", observed=", ".join(bound))
    options = [
        volume
        for volume in (compose.get("volumes") or {}).values()
        if isinstance(volume, dict) and volume.get("driver_opts")
    ]
    assert options == []


@check("env.compose-safe")
def test_who_publishes_ports(compose):
    """Only web publishes ports, and the file includes no other."""
    assert [name for name, service in each_service(compose) if service.get("ports") and name != "web"] == []
    assert not compose.get("include"), "it includes another file"
