"""A Compose file as it may be started here: what is asked of the machine is refused, and all else written anew.

The engine's own tool reads what is written here and not what was handed in. Kept are keys of an allow-list; a service
publishes on the loopback only, at ports that are drawn; and each has a limit of memory and of processes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import normpath
from typing import Any

from grader.gates.operations.compose import asks_of_machine
from grader.gates.operations.files import items, mapping, names

_KEPT = frozenset(
    (
        *("image", "command", "entrypoint", "environment", "env_file", "depends_on", "expose", "healthcheck"),
        *("working_dir", "user", "tmpfs", "read_only", "cap_drop", "stop_grace_period", "stop_signal", "init"),
        *("hostname", "restart", "shm_size", "tty", "stdin_open"),
    )
)
_LEFT_OUT = frozenset(
    (
        *("container_name", "labels", "logging", "deploy", "pull_policy", "platform", "mem_limit", "pids_limit"),
        *("cpus", "profiles", "develop", "attach", "scale"),
    )
)
_HANDLED = frozenset({"build", "ports", "volumes", "networks", "security_opt", "secrets", "configs"})
_BUILD = frozenset({"context", "dockerfile", "target", "args"})
_QUIET = re.compile(r"no-new-privileges(?:[:=]true)?")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,62}", re.ASCII)
_PORT = re.compile(r"(?:.*:)?(\d{1,5})(?:/tcp)?", re.S)
_PLACE = re.compile(r"/[\w./-]{0,200}", re.ASCII)
_MEMORY, _PROCESSES, _MOST_SERVICES, _MOST_PORTS = "1g", 512, 20, 5
_DATA = re.compile(r"(?:.*/)?(?:postgres|postgis|redis|valkey|mysql|mariadb|mongo|memcached|rabbitmq)\b.*")


class NotStarted(Exception):
    """The file is not started here; the message says in a clause what it asks for."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What is given to the engine's tool, as JSON, and the ports of this machine at which somebody may answer."""

    document: Mapping[str, Any]
    ports: tuple[int, ...]


def stack(document: Any, port: Callable[[], int]) -> Stack:
    """The stack of a Compose file; ``port`` gives a free one of this machine for each that is published.

    Raises:
        NotStarted: it asks for something of the machine, or for what is not on the list.
    """
    services = names(mapping(document).get("services"))
    if not services or len(services) > _MOST_SERVICES:
        raise NotStarted(f"it has {len(services)} services, and one to {_MOST_SERVICES} are started")
    open_ports: list[int] = []
    made = {}
    for name, service in services.items():
        if not _NAME.fullmatch(name):
            raise NotStarted("a service has no plain name")
        if not mapping(service).get("profiles"):
            made[name] = _service(name, service, port, open_ports)
    whole: dict[str, Any] = {"services": made}
    for kind in ("volumes", "networks"):
        whole[kind] = {name: {} for name in _plain(kind, mapping(document).get(kind))}
    return Stack(whole, tuple(open_ports))


def _service(name: str, service: Mapping[Any, Any], port: Callable[[], int], open_ports: list[int]) -> dict[str, Any]:
    for what in asks_of_machine(dict(service)):
        raise NotStarted(f"{name} asks for {what} of the machine")
    unknown = sorted(str(key)[:40] for key in service if key not in _KEPT | _LEFT_OUT | _HANDLED)
    if unknown:
        raise NotStarted(f"{name} has {unknown[0]}, which is not among what is started here")
    found: dict[str, Any] = {key: value for key, value in service.items() if key in _KEPT}
    found |= {"mem_limit": _MEMORY, "pids_limit": _PROCESSES}
    for file in _list(service.get("env_file")):
        _inside(name, file.get("path") if isinstance(file, dict) else file)
    if service.get("build") is not None:
        found["build"] = _build(name, service["build"])
    if any(not _QUIET.fullmatch(str(option)) for option in items(service.get("security_opt"))):
        raise NotStarted(f"{name} takes a protection away (security_opt)")
    if service.get("secrets") or service.get("configs"):
        raise NotStarted(f"{name} has secrets or configs, which are not among what is started here")
    found["volumes"] = [_volume(name, volume) for volume in items(service.get("volumes"))]
    networks = service.get("networks")
    found["networks"] = list(
        _plain("networks", networks if isinstance(networks, dict) else dict.fromkeys(_list(networks)))
    )
    found["ports"] = [*_published(service, port, open_ports)]
    return {key: value for key, value in found.items() if value not in ([], None)}


def _build(name: str, build: Any) -> dict[str, Any]:
    given = build if isinstance(build, dict) else {"context": build}
    if other := sorted(str(key)[:40] for key in given if key not in _BUILD):
        raise NotStarted(f"{name} is built with {other[0]}, which is not among what is started here")
    return {**given, "context": _inside(name, given.get("context", ".")), **_dockerfile(name, given)}


def _dockerfile(name: str, given: Mapping[Any, Any]) -> dict[str, str]:
    return {"dockerfile": _inside(name, given["dockerfile"])} if "dockerfile" in given else {}


def _inside(name: str, path: Any) -> str:
    """A path below the project; ``NotStarted`` for any other, and for one that a variable may change."""
    text = path if isinstance(path, str) else ""
    plain = normpath(text or "/")
    if plain.startswith(("/", "..", "~")) or "$" in text or ":" in text or "\0" in text:
        raise NotStarted(f"{name} names {str(path)[:60]!r}, which is no path inside the project")
    return text


def _volume(name: str, volume: Any) -> str:
    """A named volume, or a path of the project's own that is only read."""
    if isinstance(volume, dict):
        source, target = volume.get("source"), volume.get("target")
        kind = volume.get("type", "volume")
    else:
        source, _, target = str(volume).partition(":")
        target, kind = target.partition(":")[0], "volume" if _NAME.fullmatch(source) else "bind"
    if not isinstance(target, str) or not _PLACE.fullmatch(target):
        raise NotStarted(f"{name} has a volume without a place")
    if kind == "volume" and isinstance(source, str) and _NAME.fullmatch(source):
        return f"{source}:{target}"
    if kind != "bind":
        raise NotStarted(f"{name} has a volume of another kind")
    return f"./{normpath(_inside(name, source))}:{target}:ro"


def _plain(kind: str, entries: Any) -> Iterator[str]:
    """Names without any options of their own: what a driver is told may lead to the machine."""
    for name, options in mapping(entries).items():
        wanted = {key for key, value in mapping(options).items() if value not in (None, False, {}, [])}
        if not isinstance(name, str) or not _NAME.fullmatch(name) or wanted - {"internal", "name", "aliases"}:
            raise NotStarted(f"its {kind} have options, which are not among what is started here")
        yield name


def _published(service: Mapping[Any, Any], port: Callable[[], int], open_ports: list[int]) -> Iterator[str]:
    if _DATA.fullmatch(str(service.get("image") or "")):
        return  # nobody has to reach a store of data from outside
    for entry in items(service.get("ports"))[:_MOST_PORTS]:
        inside = _PORT.fullmatch(str(entry.get("target") if isinstance(entry, dict) else entry))
        if inside:
            open_ports.append(port())
            yield f"127.0.0.1:{open_ports[-1]}:{inside[1]}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
