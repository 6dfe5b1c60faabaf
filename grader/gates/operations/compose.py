"""Compose files: the published schema, and the course's own rules."""

import re
from collections.abc import Iterator
from posixpath import dirname, normpath
from typing import Any

from grader.domain.evidence import Finding, Measurement
from grader.gates.operations.dockerfile import COMPOSE, SECRET, chain, last, stages
from grader.gates.operations.files import (
    Document,
    Files,
    absent,
    asks_nothing,
    finding,
    items,
    line_of,
    mapping,
    measured,
    names,
    unpinned,
)
from grader.tools.compose import LARGEST, compose_problems

METRIC = "operations.compose"
_SOURCE = "check-jsonschema and the operations gate"
_DATA = re.compile(
    r"(?:.*/)?(?:postgres|postgis|pgvector|redis|valkey|mysql|mariadb|mongo|memcached|rabbitmq|elasticsearch|opensearch)\b.*"
)
_MAIN = re.compile(r"(?:.*/)?(?:docker-)?compose\.ya?ml")
_HOST_KEYS = ("devices", "device_cgroup_rules")
_NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")
_STRONG = frozenset({"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH"})
_DEFAULT = re.compile(r"\$\{\w{1,60}:?-([^{}$]{0,200})\}")
_LOGIN = re.compile(r"//[^/\s:@$]{0,80}:([^/\s@$]{1,200})@")
_HOMELY = re.compile(r"develop|example|change|local|test|only|insecure|placeholder|replace", re.I)
_SHORTEST_SECRET, _MOST_SERVICES = 6, 60
Services = dict[str, dict[Any, Any]]


def measure(files: Files) -> Measurement:
    """How many things there are to mend in all Compose files."""
    paths = files.named(COMPOSE)
    if not paths:
        return absent(METRIC, "The project has no Compose file.")
    found: list[Finding] = []
    for path in paths:
        for document in files.documents(path, "compose.unreadable"):
            found += _wrong(files, document)
    if files.subject.spec.compose and (main := _main(paths)):
        from grader.gates.operations.started import start  # reads Compose files by what is here

        found.append(start(files, main))
    return measured(METRIC, [*files.problems, *found], _SOURCE)


def _main(paths: list[str]) -> str:
    """The file that starts the project by itself, the one that lies highest; "" where all go with another."""
    named = [path for path in paths if _MAIN.fullmatch(path)]
    return min(named, key=lambda path: (path.count("/"), path), default="")


def _wrong(files: Files, document: Document) -> Iterator[Finding]:
    problems = compose_problems(document.value)
    yield from (finding("compose.schema", problem, document.path) for problem in problems)
    if any(str(LARGEST // 1000) in problem and "values" in problem for problem in problems):
        return  # what stands for so much is not walked through
    services = dict(list(names(mapping(document.value).get("services")).items())[:_MOST_SERVICES])
    for name, service in services.items():
        line = line_of(document.text, f"\n  {name}:", document.line) + 1
        for rule, message, remedy in _service(files, dirname(document.path), name, service, services):
            yield finding(f"compose.{rule}", f"{name}: {message}", document.path, line, remedy=remedy)


def _service(
    files: Files, folder: str, name: str, service: dict[Any, Any], services: Services
) -> Iterator[tuple[str, str, str]]:
    image = _DEFAULT.sub(lambda match: match[1], str(service.get("image") or ""))
    if image and not service.get("build") and "$" not in image and unpinned(image):
        yield "unpinned", f"{image} is another image tomorrow.", "Name a tag, or a digest."
    if _needs_health(name, service, services) and not _has_health(files, folder, service):
        yield "health", "nothing says when it is healthy.", "Add a healthcheck, here or in the Dockerfile."
    if _DATA.fullmatch(image) and any(map(_is_public, items(service.get("ports")))):
        yield "ports", "it can be reached from everywhere.", "Publish no port, or on 127.0.0.1 only."
    for variable in _secrets(service.get("environment")):
        yield (
            "secret",
            f"{variable} has its value in the file.",
            "Write ${NAME:?} or a secret, and give it from outside.",
        )
    for what in asks_of_machine(service):
        yield "host", f"it asks for {what} of the machine.", "Do without: who breaks out of it has the machine."
    for other in _unwaited(service, services):
        yield "order", f"it does not wait until {other} is healthy.", "Use depends_on with condition: service_healthy."


def _needs_health(name: str, service: dict[Any, Any], services: Services) -> bool:
    """One that stays and that somebody asks: it is built here, publishes a port, or others wait for it."""
    if (
        service.get("profiles")
        or str(service.get("restart")) == "no"
        or not (service.get("image") or service.get("build"))
    ):
        return False
    conditions = [_conditions(other).get(name) for other in services.values()]
    if "service_completed_successfully" in conditions:
        return False
    return bool(service.get("build") or service.get("ports") or any(conditions))


def _conditions(service: dict[Any, Any]) -> dict[str, str]:
    """By the name of another service, what it waits for it to be."""
    waits = service.get("depends_on")
    if isinstance(waits, dict):
        return {str(name): str(mapping(how).get("condition", "service_started")) for name, how in waits.items()}
    return {str(name): "service_started" for name in items(waits)}


def has_check(service: dict[Any, Any]) -> bool:
    """Whether it has a health check of its own that is not turned off and asks something."""
    given = mapping(service.get("healthcheck"))
    test = given.get("test")
    is_off = not test or given.get("disable") or test == "NONE" or items(test)[:1] == ["NONE"]
    return not is_off and not asks_nothing(test)


def _has_health(files: Files, folder: str, service: dict[Any, Any]) -> bool:
    if has_check(service):
        return True
    if mapping(service.get("healthcheck")).get("disable"):
        return False
    build = service.get("build")
    named = mapping(build).get("dockerfile", "Dockerfile") if build else None
    context = str(mapping(build).get("context", build if isinstance(build, str) else "."))
    path = normpath(f"{folder}/{context}/{named}".lstrip("/")) if named else ""
    if path not in files.subject.files:
        return False
    found = stages(files.text(path))
    target = str(mapping(build).get("target", "")).lower()
    kept = found[: next((i for i, stage in enumerate(found) if stage.name == target), len(found)) + 1]
    health = last(chain(kept), "HEALTHCHECK") if kept else None
    return health is not None and health[0].strip().upper() != "NONE" and not asks_nothing(health[0])


def _is_public(port: Any) -> bool:
    """Whether a published port is open on more than the machine itself."""
    if isinstance(port, dict):
        return bool(port.get("published")) and not str(port.get("host_ip", "")).startswith("127.")
    return not re.match(r"(?:127\.\d|localhost|\[::1\])", str(port))


def _secrets(environment: Any) -> Iterator[str]:
    pairs = environment.items() if isinstance(environment, dict) else (str(e).split("=", 1) for e in items(environment))
    for pair in pairs:
        name, value = (str(part) for part in pair) if len(pair) == 2 else ("", "")
        is_file = name.endswith("_FILE") or value.startswith("/run/secrets/")
        if not value or "$" in value or value == "None" or is_file:
            continue
        login = _LOGIN.search(value)
        if (login and _is_secret(login[1])) or (SECRET.search(name) and not login and _is_secret(value)):
            yield name[:60]


def _is_secret(value: str) -> bool:
    """Whether this is no plain word of one's own machine, such as ``app`` or ``development-only``."""
    is_word = not re.search(r"\d", value) and value in (value.lower(), value.upper())
    return len(value) >= _SHORTEST_SECRET and not is_word and not _HOMELY.search(value) and "://" not in value


def asks_of_machine(service: dict[Any, Any]) -> Iterator[str]:
    """What a service asks for that is the machine's: rights, devices, namespaces, sockets and folders."""
    if service.get("privileged") not in (None, False):
        yield "all rights (privileged)"
    yield from (key for key in _HOST_KEYS if service.get(key))
    yield from (key for key in _NAMESPACES if str(service.get(key, "")).startswith("host"))
    yield from (str(right)[:30] for right in items(service.get("cap_add")) if str(right).upper() in _STRONG)
    for volume in items(service.get("volumes")):
        source = str(mapping(volume).get("source") if isinstance(volume, dict) else str(volume).partition(":")[0])
        if source.endswith(("docker.sock", "podman.sock")) or source in ("/", "/etc", "/proc", "/sys", "/var/run"):
            yield source[:60]


def _unwaited(service: dict[Any, Any], services: Services) -> Iterator[str]:
    """Stores of data that have a health check, for which it only waits to be started."""
    for other, condition in _conditions(service).items():
        there = services.get(other, {})
        if condition == "service_started" and has_check(there) and _DATA.fullmatch(str(there.get("image"))):
            yield other
