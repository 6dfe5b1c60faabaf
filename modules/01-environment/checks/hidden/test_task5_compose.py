"""Task 5, containers: docker-compose.yml, read as data."""

import re

import pytest

from grader.checkpoint import check, expect_that, fail

# The beginning of a variable: a default may have variables of its own, `${ONE:-${OTHER:-text}}`.
VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$(?:[A-Za-z_]\w*|\{\w*(?P<default>:?[-+])?)")
HOST_KEYS = ("cap_add", "devices", "device_cgroup_rules", "volumes_from", "gpus", "use_api_socket")
NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")
OF_HOST = re.compile(r"(?:\$\{\w+:?-)?host")
FILE = "docker-compose.yml"
MOST = 5_000
# What `docker compose up` takes instead of the file, or on top of it, without being told.
BESIDE = [
    f"{name}.{end}" for name in ("compose", "compose.override", "docker-compose.override") for end in ("yaml", "yml")
]


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
            if not match["default"]:
                seen = f"{match[0]}{'}' if '{' in match[0] else ''} without one"
                fail(expected="a default, as in ${NAME:-default}", observed=seen, where=FILE)


@check("env.compose")
def test_what_the_services_are(services_of):
    """db is a postgres image, redis a redis image."""
    database, redis, _, _ = services_of("db", "redis", "web", "worker")
    expect_that("postg" in str(database.get("image")), expected="a postgres image", observed=database.get("image"))
    expect_that("redis" in str(redis.get("image")), expected="a redis image", observed=redis.get("image"))


def dockerfile_of(build):
    """The path of the Dockerfile that a `build` reads in the repository, or None if it is elsewhere."""
    build = build if isinstance(build, dict) else {"context": build}
    path = f"{build.get('context', '.')}/{build.get('dockerfile', 'Dockerfile')}"
    if "dockerfile_inline" in build or "://" in path or "$" in path or "@" in path:
        return None
    return "/".join(part for part in path.split("/") if part not in ("", "."))


@check("env.compose")
def test_every_image_can_be_had(compose, files):
    """Every service is built from a Dockerfile that is there, or has an image that is built here or can be pulled."""
    here = [(name, service) for name, service in each_service(compose) if service.get("build")]
    built = {service.get("image") for _, service in here} | {f"{compose.get('name')}-{name}" for name, _ in here}
    for name, service in each_service(compose):
        if service.get("build"):
            path = dockerfile_of(service["build"])
            expect_that(path is None or files.exists(path), expected=f"{name} builds", observed=f"there is no {path}")
            continue
        if "extends" in service:  # what it takes over is looked at where it stands
            continue
        image = str(service.get("image") or "")
        expect_that(bool(image), expected=f"{name} is built or has an image", observed="neither")
        if name in ("web", "worker") and not {"/", "$"} & set(image):
            expect_that(image in built, expected=f"a service that builds {image}, for {name}", observed="there is none")


@check("env.compose")
def test_all_that_is_named_is_there(compose):
    """Every volume, network and service that a service names is in the file, and none has to be made by hand."""
    for kind in ("volumes", "networks", "secrets", "configs"):
        there = compose.get(kind) or {}
        made = [name for name, content in there.items() if isinstance(content, dict) and content.get("external")]
        expect_that(not made, expected=f"{kind} that come with the file", observed=f"{', '.join(made)} is external")
        for name, service in each_service(compose):
            named = {str(one) for one in map(source_of, listed_in(service.get(kind))) if one} - {"default"}
            lacking = sorted(one for one in named - set(there) if "$" not in one)
            expect_that(not lacking, expected=f"{kind} of {name} in the file", observed=f"{', '.join(lacking)} is not")
    for name, service in each_service(compose):
        lacking = sorted(set(listed_in(service.get("depends_on"))) - set(compose["services"]))
        expect_that(not lacking, expected=f"services that {name} waits for", observed=f"there is no {lacking}")


@check("env.compose")
def test_no_profile_is_needed(compose, services_of):
    """web, worker, db and redis, and what they wait for, start without a profile."""
    left, seen = ["web", "worker", "db", "redis"], []
    while left:
        name = left.pop()
        service = compose["services"].get(name)
        if name in seen or not isinstance(service, dict):
            continue
        seen.append(name)
        left += listed_in(service.get("depends_on"))
        expect_that(not service.get("profiles"), expected=f"{name} starts by itself", observed="it needs a profile")


def listed_in(value):
    """The items of a list, or the keys of a table."""
    return list(value) if isinstance(value, list | dict) else []


def source_of(one):
    """What a service's volume, network or secret is called in the file, or None if it is no name."""
    if isinstance(one, dict):
        return one.get("source") if one.get("type", "volume") == "volume" else None
    source = str(one).partition(":")[0] if ":" in str(one) or not str(one).startswith("/") else ""
    return source if re.fullmatch(r"[A-Za-z0-9][\w.-]*", source) else None


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
    off = bool(web.get("healthcheck")) and not has_check({"test": "as the image's", **web["healthcheck"]})
    expect_that(
        has_check(web) or (of_image.strip().upper() != "NONE" and not off),
        expected="a healthcheck",
        observed="web has none",
    )


@check("env.compose-order")
@pytest.mark.parametrize("name", ["web", "worker"])
@pytest.mark.parametrize("other", ["db", "redis"])
def test_who_waits_for_whom(waits_until_healthy, name, other):
    """web and worker wait until db and redis are healthy."""
    waits_until_healthy(name, other)


def migrates(started):
    """Whether a text runs `migrate`, outside of comments, and does not merely ask what there is to do."""
    said = re.sub(r"(?m)(?:^|\s)#.*$", "", started)
    return re.search(r"\bmigrate\b(?![^&|;\n]*\s--(?:check|plan|fake)(?![\w-]))", said) is not None


@check("env.compose-migrations")
def test_migrations_come_first(compose, services_of, commands, web_starts):
    """Before web serves, `migrate` has run: in a service that it waits for, or in its own command."""
    (web,) = services_of("web")
    if migrates(web_starts):
        return
    awaited = [n for n, _ in each_service(compose) if condition(web, n) == "service_completed_successfully"]
    running = [
        n
        for n, service in each_service(compose)
        if migrates(commands(service.get("entrypoint"), service.get("command")))
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
        asked += [key for key in NAMESPACES if OF_HOST.match(str(service.get(key, "")))]
        asked += ["extends of a file"] if "file" in (service.get("extends") or ()) else []
        asked += ["privileged"] if service.get("privileged") not in (None, False) else []
        build = service.get("build")
        build = build if isinstance(build, dict) else {}
        asked += ["network of the host"] if build.get("network") == "host" else []
        asked += ["privileged"] if build.get("privileged") not in (None, False) else []
        asked += ["entitlements"] if build.get("entitlements") else []
        hooks = [hook for kind in ("post_start", "pre_stop") for hook in service.get(kind) or []]
        asked += ["privileged"] if any(hook.get("privileged") not in (None, False) for hook in hooks) else []
        asked += ["devices"] if devices_reserved(service) else []
        expect_that(not asked, expected=f"{name} asks nothing of the machine", observed=f"it has {', '.join(asked)}")


def devices_reserved(service):
    """The devices of the machine that a service reserves."""
    found = service
    for key in ("deploy", "resources", "reservations", "devices"):
        found = found.get(key) if isinstance(found, dict) else None
    return found


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
    for name, volume in (compose.get("volumes") or {}).items():
        options = (volume.get("driver_opts") or {}) if isinstance(volume, dict) else {}
        bound = "bind" in str(options.get("o")) or str(options.get("device", "")).startswith((".", "/", "~", "$"))
        expect_that(not bound, expected=f"{name} is no folder of the machine", observed=str(options))
    for name, network in (compose.get("networks") or {}).items():
        host = isinstance(network, dict) and "host" in (network.get("driver"), network.get("name"))
        expect_that(not host, expected=f"{name} is no network of the host", observed="it is")


@check("env.compose-safe")
def test_who_publishes_ports(compose, front, files):
    """Only web publishes ports, and the file is complete in itself."""
    assert [name for name, service in each_service(compose) if service.get("ports") and name != front] == []
    assert not compose.get("include"), "it includes another file"
    beside = sorted({path for path in BESIDE if files.exists(path)})
    expect_that(not beside, expected=f"`docker compose up` reads {FILE} alone", observed=f"it reads {beside} as well")
