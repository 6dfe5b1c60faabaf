"""Task 5, containers: what `docker compose up` needs on a fresh clone, read as data."""

import json
import re
from urllib.parse import unquote, urlsplit

import pytest

from grader.checkpoint import check, expect_that

REQUIRED = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL")
# A variable of Compose whose default, if it has one, has no variable left in it.
INNERMOST = re.compile(r"\$\{(?P<name>\w+)(?:(?P<sign>:?[-+?])(?P<more>[^${}]*))?\}|\$(?P<plain>[A-Za-z_]\w*)")
LINE = re.compile(r"(?m)^\s*(?:export\s+)?(\w+)=(.*)$")
POSTGRES = re.compile(r"(?:docker\.io/)?(?:library/)?postgres(?:[:@].*)?")
PORTS = {"DATABASE_URL": 5432, "REDIS_URL": 6379}
MOST = 50  # variables within variables


def resolved(text, known):
    """A text of the Compose file as it is where nothing is set but what is ``known``."""

    def value(match):
        name, sign = match["name"] or match["plain"], match["sign"] or ""
        if sign.endswith("+"):
            return (match["more"] or "") if known.get(name) else ""
        return known.get(name) or (match["more"] or "" if sign.endswith("-") else "")

    text = str(text).replace("$$", "\0")
    for _ in range(MOST):
        text, times = INNERMOST.subn(value, text)
        if not times:
            break
    return text.replace("\0", "$")


def pairs(given):
    """The variables of an `environment` as (name, text); None for one that is passed on from whoever starts it."""
    if isinstance(given, dict):
        return [(str(name), None if value is None else str(value)) for name, value in given.items()]
    split = [str(one).partition("=") for one in given] if isinstance(given, list) else []
    return [(name, value if sign else None) for name, sign, value in split]


@pytest.fixture
def known(files):
    """What a `.env` that is committed says; on a fresh clone there is none."""
    return of_file(files, ".env")


def of_file(files, path):
    """The variables of a file of lines NAME=value, if it is there."""
    found = LINE.findall(files.text(path)) if files.exists(path) else []
    return {name: value.strip().strip("\"'") for name, value in found}


@pytest.fixture
def variables(compose, files, final, known):
    """``variables("web")``: what a service has for variables on a fresh clone, by its image, its files and itself."""

    def find(name):
        service, found = compose["services"].get(name), {}
        if not isinstance(service, dict):
            return found
        if service.get("build") or name in ("web", "worker"):
            baked = " ".join(text for stage in reversed(final) for word, text in stage.instructions if word == "ENV")
            found |= dict(re.findall(r"(\w+)[= ](\S+)", baked))
        paths = service.get("env_file") or []
        for one in paths if isinstance(paths, list) else [paths]:
            path = str(one.get("path") if isinstance(one, dict) else one).removeprefix("./")
            found |= of_file(files, path)
        given = pairs(service.get("environment"))
        return found | {key: resolved(known.get(key, "") if text is None else text, known) for key, text in given}

    return find


def names_of(compose):
    """The names by which services find each other."""
    found = set(compose["services"])
    for service in compose["services"].values():
        service = service if isinstance(service, dict) else {}
        found |= {service.get("container_name"), service.get("hostname")}
        found |= {str(link).rpartition(":")[2] for link in service.get("links") or []}
        networks = service.get("networks")
        for network in networks.values() if isinstance(networks, dict) else []:
            found |= set((network or {}).get("aliases") or [])
    return found


def parts_of(url):
    """User, password, host, port and path of an address; None if it is none."""
    try:
        parts = urlsplit(url)
        return unquote(parts.username or ""), unquote(parts.password or ""), parts.hostname, parts.port, parts.path[1:]
    except ValueError:
        return None


@check("env.compose")
def test_web_has_what_production_requires(services_of, variables, web_starts):
    """Where web runs in production, it has every variable that production requires, on a fresh clone too."""
    services_of("web")
    found = variables("web")
    layer = found.get("DJANGO_SETTINGS_MODULE") or "config.settings.production"
    if not layer.endswith("production") or "DJANGO_SETTINGS_MODULE" in web_starts:
        return
    for name in REQUIRED:
        expect_that(
            bool(found.get(name)) or name in web_starts,
            expected=f"a value of {name} for web, which runs in production",
            observed="on a fresh clone it has none",
        )


@check("env.compose")
@pytest.mark.parametrize("name", sorted(PORTS))
def test_web_finds_its_services(compose, services_of, variables, name):
    """`DATABASE_URL` and `REDIS_URL` of web name services of the file, at the ports that these have."""
    (web,) = services_of("web")
    url = variables("web").get(name, "")
    if not url.startswith(("postgres", "redis")) or web.get("network_mode"):
        return
    parts = parts_of(url)
    expect_that(parts is not None, expected=f"an address as {name}", observed=url)
    _, _, host, port, _ = parts
    there = {str(one).lower() for one in names_of(compose) if one}
    expect_that(host in there, expected=f"{name} of web names a service of the file", observed=f"it names {host}")
    service = compose["services"].get(host)
    if isinstance(service, dict) and not service.get("command") and not service.get("build"):
        usual = port in (None, PORTS[name])
        expect_that(usual, expected=f"port {PORTS[name]} in {name}", observed=f"{port}")


def urls_of(services_of, variables):
    """The addresses of a database that web and what it waits for have, by service; web comes first."""
    (web,) = services_of("web")
    names = ["web", *(name for name in web.get("depends_on") or [] if name not in ("db", "redis"))]
    found = {name: parts_of(variables(name).get("DATABASE_URL", "")) for name in names}
    return {name: parts for name, parts in found.items() if parts and parts[2]}


@check("env.compose")
def test_the_database_lets_web_in(services_of, variables):
    """db has what its image needs to start, and the database and the user of the addresses that web is given."""
    database, _ = services_of("db", "web")
    own_way = any(database.get(key) for key in ("command", "entrypoint", "build", "configs", "extends"))
    if own_way or not POSTGRES.fullmatch(str(database.get("image"))):
        return
    given = variables("db")
    trusts = given.get("POSTGRES_HOST_AUTH_METHOD") == "trust"
    password = given.get("POSTGRES_PASSWORD")
    named = bool(password or given.get("POSTGRES_PASSWORD_FILE") or trusts)
    expect_that(named, expected="POSTGRES_PASSWORD, or the image does not start", observed="db has none")
    urls = [parts for parts in urls_of(services_of, variables).values() if parts[2] == "db"]
    owner = given.get("POSTGRES_USER") or "postgres"
    base = given.get("POSTGRES_DB") or owner
    if urls:  # web's comes first; another role than the owner's can only be made by somebody who comes as the owner
        found = unquote(urls[0][-1].partition("?")[0])
        there = found in (base, "postgres")  # which is there in any case
        expect_that(there, expected=f"the database {base} of db in DATABASE_URL", observed=found)
        owners = [parts[1] for parts in urls if parts[0] == owner]
        expect_that(bool(owners), expected=f"the user {owner} of db in DATABASE_URL", observed=urls[0][0])
        same = trusts or not password or set(owners) == {password}
        expect_that(same, expected="the password of db in DATABASE_URL", observed="another one")


@check("env.compose-migrations")
def test_the_database_that_is_migrated(compose, commands, variables, web_starts, services_of):
    """A service that runs `migrate` for web does so in the database of web's `DATABASE_URL`."""
    (web,) = services_of("web")
    urls, awaited = urls_of(services_of, variables), web.get("depends_on")
    if "migrate" in web_starts or "web" not in urls or not isinstance(awaited, dict):
        return
    for name in awaited:
        service = compose["services"].get(name)
        started = commands(service.get("entrypoint"), service.get("command")) if isinstance(service, dict) else ""
        if re.search(r"\bmigrate\b", started) and "DATABASE_URL" not in started:
            places = {(host, port or 5432, path) for *_, host, port, path in (urls["web"], urls.get(name, [None] * 5))}
            expect_that(
                len(places) == 1,
                expected=f"{name} migrates the database of web",
                observed="it has another DATABASE_URL",
            )


@check("env.compose-health")
def test_the_host_of_a_health_check(services_of, variables, final):
    """A health check of web that names an address asks a host of `ALLOWED_HOSTS`."""
    (web,) = services_of("web")
    of_image = next((said for stage in final if (said := stage.last("HEALTHCHECK"))), "")
    asked = str((web.get("healthcheck") or {}).get("test") or of_image)
    allowed = [host.strip().lower() for host in variables("web").get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    if not allowed or "host" in re.sub(
        r"localhost|--host\b", "", asked.lower()
    ):  # it may name another host by a header
        return
    for host in re.findall(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(?=[:/'\"\s\]]|$)", asked):
        known = any(host.lower() == one or one == "*" or (one[:1] == "." and host.endswith(one)) for one in allowed)
        expect_that(known, expected=f"a host of ALLOWED_HOSTS in the health check of web: {allowed}", observed=host)


def needed(compose):
    """web, worker, db and redis, and what they wait for, as (name, service)."""
    left, seen = ["web", "worker", "db", "redis"], {}
    while left:
        name = left.pop()
        service = compose["services"].get(name)
        if name not in seen and isinstance(service, dict):
            seen[name] = service
            left += list(service.get("depends_on") or [])
    return seen.items()


@check("env.compose")
def test_every_service_starts(compose):
    """No service that is needed is started zero times, waits for itself, or has an image that is never pulled."""
    for name, service in needed(compose):
        times = [service.get("scale"), (service.get("deploy") or {}).get("replicas")]
        expect_that(0 not in times, expected=f"{name} starts", observed="it is started 0 times")
        pulled = service.get("build") or name in ("web", "worker") or service.get("pull_policy") != "never"
        expect_that(bool(pulled), expected=f"the image of {name} is pulled", observed="`pull_policy: never`")
        left, seen = list(service.get("depends_on") or []), set()
        while left:
            other = left.pop()
            if other not in seen:
                seen.add(other)
                left += list((compose["services"].get(other) or {}).get("depends_on") or [])
        expect_that(name not in seen, expected=f"{name} does not wait for itself", observed="it does, in a circle")


@check("env.compose")
def test_an_image_of_ones_own_is_built(compose, services_of, known):
    """web and worker are built, or have the image that another service of the file builds."""
    built = set()
    for name, service in compose["services"].items():
        if isinstance(service, dict) and service.get("build"):
            built |= {resolved(service.get("image"), known).removesuffix(":latest"), f"{compose.get('name')}-{name}"}
    for name, service in zip(("web", "worker"), services_of("web", "worker"), strict=True):
        image = resolved(service.get("image"), known).removesuffix(":latest")
        here = service.get("build") or "extends" in service or image in built
        expect_that(bool(here), expected=f"a service that builds {image}, for {name}", observed="there is none")


@check("env.compose")
def test_no_other_container_and_no_file_is_missing(compose, files):
    """Links and namespaces are of services of the file, and files of secrets and configs are committed."""
    for name, service in needed(compose):
        named = {str(link).partition(":")[0] for link in service.get("links") or []}
        shared = [str(service.get(key, "")).partition(":") for key in ("network_mode", "pid", "ipc")]
        named |= {other for kind, _, other in shared if kind == "service"}
        lacking = sorted(named - set(compose["services"]))
        lacking += [str(link) for link in service.get("external_links") or []]
        lacking += [f"the container {other}" for kind, _, other in shared if kind == "container"]
        expect_that(not lacking, expected=f"services of the file for {name}", observed=f"it names {lacking}")
    for kind in ("secrets", "configs"):
        used = [one for _, service in needed(compose) for one in service.get(kind) or []]
        for name in sorted({str(one.get("source") if isinstance(one, dict) else one) for one in used}):
            content = (compose.get(kind) or {}).get(name) or {}
            path = str(content.get("file", "")).removeprefix("./")
            expect_that(not path or files.exists(path), expected=f"the file of {kind} {name}", observed="there is none")
            by_hand = content.get("environment")
            expect_that(not by_hand, expected=f"{kind} {name} with no manual step", observed=f"it needs {by_hand}")


@check("env.compose")
def test_the_image_builds(services_of, stages, files, request):
    """The stage that web is built to is in the Dockerfile, and what that copies is in the repository and let in."""
    (web,) = services_of("web")
    build = web.get("build")
    build = build if isinstance(build, dict) else {"context": build}
    path = f"{build.get('context') or ''}/{build.get('dockerfile', 'Dockerfile')}".removeprefix(".").strip("/")
    if path.removeprefix("./") != "Dockerfile" or "dockerfile_inline" in build:
        return
    target, names = str(build.get("target", "0")).lower(), {stage.name for stage in stages}
    known = target in names or "$" in target or (target.isdigit() and int(target) < len(stages))
    expect_that(known, expected=f"a stage {target} in the Dockerfile", observed="there is none")
    # Without the file nothing is kept out: that fails env.image-secrets.
    kept_out = request.getfixturevalue("kept_out") if files.exists(".dockerignore") else lambda path: False
    for source in (one for stage in stages for one in copied(stage)):
        there = files.exists(source) or bool(files.glob(f"{source}/**/*"))
        expect_that(there, expected=f"{source}, which the Dockerfile copies", observed="there is none")
        expect_that(not kept_out(source), expected=f"{source} in the image", observed=".dockerignore keeps it out")


def copied(stage):
    """The plain paths that a stage copies from the repository."""
    for word, arguments in stage.instructions:
        if word not in ("COPY", "ADD") or "--from" in arguments or "<<" in arguments:
            continue
        flags = re.match(r"(?:--\S+\s+)*", arguments).end()
        words = arguments[flags:].split()
        if arguments[flags:].startswith("["):
            try:
                words = [str(one) for one in json.loads(arguments[flags:])]
            except ValueError:
                continue
        plain = [one.removeprefix("./").strip("/") for one in words[:-1] if not re.search(r"[$*?\[\\:\"']", one)]
        yield from (one for one in plain if one not in ("", "."))
