"""Manifests of Kubernetes: the published schemas by kubernetes-validate, and the course's own rules."""

import re
from collections.abc import Iterator
from typing import Any

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import Finding, Measurement
from grader.domain.findings import Severity
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
    unpinned,
)
from grader.sandbox.api import Limits
from grader.tools.installed import installed_tool, locked_version
from grader.tools.tool import run

METRIC = "operations.kubernetes"
_REQUIREMENTS = "kubernetes.txt"
_VERSION = "1.34"  # of the schemas: a version that clusters run today
_YAML = re.compile(r"(?:[^/]+/)*[^/]+\.ya?ml")
_OTHERS = re.compile(r"(?:^|/)(?:\.github|\.gitlab|node_modules|templates)/")
_VERSIONED, _KIND = re.compile(r"(?m)^apiVersion:[ \t]*\S"), re.compile(r"(?m)^kind:[ \t]*\S")
_SAID = re.compile(r"(INFO|ERROR|WARN) /submission/([\w./ -]{1,300}?\.ya?ml) (.{1,20000})")
_SAFE = re.compile(r"[\w./ -]{1,300}")
_SERVES = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
_RUNS_ONCE = frozenset({"Job", "CronJob", "Pod"})
_PLACEHOLDER = re.compile(r"REPLACE|CHANGE|EXAMPLE|PLACEHOLDER|<|\$\(|\$\{|\{\{|^\s*$|xxx", re.I)
_SECRET = re.compile(r"SECRET|PASS|TOKEN|KEY|CREDENTIAL|DSN|URL", re.I)
_LOGIN = re.compile(r"//[^/\s:@]{0,80}:([^/\s@]{1,200})@")
_LIMITS = Limits(memory_mb=1024, processes=16, tmp_mb=16, wall_s=120.0)


def measure(files: Files) -> Measurement:
    """How many things there are to mend in all manifests."""
    paths = [path for path in files.named(_YAML) if not _OTHERS.search(path) and _is_manifest(files.text(path))]
    if not paths:
        return absent(METRIC, "The project has no manifests of Kubernetes.")
    found: list[Finding] = []
    read: list[str] = []
    for path in paths:
        known = len(files.problems)
        for document in files.documents(path, "kubernetes.unreadable"):
            found += _wrong(document)
        read += [path] if len(files.problems) == known and _SAFE.fullmatch(path) else []
    found += _schema(files, read) if read else []
    source = f"{locked_version('kubernetes-validate', _REQUIREMENTS)} and the operations gate"
    return measured(METRIC, [*files.problems, *found], source)


def _is_manifest(text: str) -> bool:
    return bool(_VERSIONED.search(text) and _KIND.search(text))


def _schema(files: Files, paths: list[str]) -> Iterator[Finding]:
    """What the schemas have against the files. Kinds without a schema, of extensions, are noted."""
    subject = files.subject
    words = ("--strict", "--kubernetes-version", _VERSION, *(f"/submission/{path}" for path in paths))
    tool = installed_tool(
        "kubernetes_validate",
        *words,
        requirements=_REQUIREMENTS,
        state_dir=subject.state_dir,
        kind=subject.spec.sandbox,
        limits=_LIMITS,
    )
    output = run(tool, subject.sandbox, submission=subject.submission, deps=subject.deps)
    said = [match for line in output.text.splitlines() if (match := _SAID.fullmatch(line))]
    if {match[2] for match in said} != set(paths):
        raise EnvironmentError_(
            f"kubernetes-validate ended with {output.status}: {output.text[-300:]}", "Run it again."
        )
    for match in said:
        if match[1] != "INFO":
            severity = Severity.NOTE if match[1] == "WARN" else Severity.LOW
            source = locked_version("kubernetes-validate", _REQUIREMENTS)
            yield finding("kubernetes.schema", f"{match[3]}.", match[2], severity=severity, source=source)


def _wrong(document: Document) -> Iterator[Finding]:
    value = mapping(document.value)
    kind, name = str(value.get("kind")), str(mapping(value.get("metadata")).get("name"))[:60]
    if kind == "List":
        for entry in items(value.get("items"))[:50]:
            yield from _wrong(Document(document.path, document.line, entry, document.text))
        return
    found = _secret(value) if kind == "Secret" else _pod(kind, _template(kind, value))
    line = line_of(document.text, "kind:", document.line)
    for rule, message, remedy in found:
        yield finding(f"kubernetes.{rule}", f"{kind} {name}: {message}", document.path, line, remedy=remedy)


def _template(kind: str, value: dict[Any, Any]) -> dict[Any, Any]:
    """The specification of the pods that something starts."""
    spec = mapping(value.get("spec"))
    if kind == "Pod":
        return spec
    if kind == "CronJob":
        spec = mapping(mapping(spec.get("jobTemplate")).get("spec"))
    if kind not in _SERVES | _RUNS_ONCE:
        return {}
    return mapping(mapping(spec.get("template")).get("spec"))


def _pod(kind: str, pod: dict[Any, Any]) -> Iterator[tuple[str, str, str]]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(key) is True:
            yield "host", f"it has {key} of the node.", "Do without: who breaks out of it has the node."
    if any("hostPath" in mapping(volume) for volume in items(pod.get("volumes"))):
        yield "host", "it mounts a folder of the node.", "Use a volume claim, a config map or an empty directory."
    context = mapping(pod.get("securityContext"))
    for container in items(pod.get("containers"))[:20] + items(pod.get("initContainers"))[:20]:
        entry = mapping(container)
        yield from _container(entry, context)
        if kind in _SERVES and entry in items(pod.get("containers")):
            yield from _probes(entry)


def _container(container: dict[Any, Any], pod: dict[Any, Any]) -> Iterator[tuple[str, str, str]]:
    name, image = str(container.get("name"))[:60], str(container.get("image") or "")
    if unpinned(image):
        yield "unpinned", f"{name} runs {image or 'no image'}, another one tomorrow.", "Name a tag or a digest."
    resources = mapping(container.get("resources"))
    lacking = [f"limits.{key}" for key in ("memory",) if key not in mapping(resources.get("limits"))]
    lacking += [f"requests.{key}" for key in ("cpu", "memory") if key not in mapping(resources.get("requests"))]
    if lacking:
        yield "resources", f"{name} has no {', '.join(lacking)}.", "Say what it needs, and what it may take at most."
    own = mapping(container.get("securityContext"))
    if not own.get("runAsNonRoot", pod.get("runAsNonRoot")):
        yield "root", f"{name} may run as root.", "Set runAsNonRoot: true for the pod or the container."
    if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
        yield "privileges", f"{name} may gain rights.", "Set allowPrivilegeEscalation: false, and no privileged."
    if "ALL" not in {str(right).upper() for right in items(mapping(own.get("capabilities")).get("drop"))}:
        yield "capabilities", f"{name} keeps capabilities.", "Set capabilities: {drop: [ALL]}."
    profile = mapping(own.get("seccompProfile", pod.get("seccompProfile"))).get("type")
    if profile not in ("RuntimeDefault", "Localhost"):
        yield "seccomp", f"{name} has no seccomp profile.", "Set seccompProfile: {type: RuntimeDefault}."
    for variable in items(container.get("env")):
        key, value = str(mapping(variable).get("name")), mapping(variable).get("value")
        if isinstance(value, str) and _is_secret(key, value):
            yield "secret", f"{key[:60]} has its value in the file.", "Refer to a Secret by secretKeyRef or envFrom."


def _probes(container: dict[Any, Any]) -> Iterator[tuple[str, str, str]]:
    name = str(container.get("name"))[:60]
    if not _asks(container.get("livenessProbe")):
        yield (
            "liveness",
            f"nothing says whether {name} still works.",
            "Add a livenessProbe, which asks the process alone.",
        )
    if container.get("ports") and not _asks(container.get("readinessProbe")):
        yield "readiness", f"nothing says whether {name} can serve.", "Add a readinessProbe."


def _asks(probe: Any) -> bool:
    """Whether it is a probe that can fail."""
    command = mapping(mapping(probe).get("exec")).get("command")
    return bool(mapping(probe)) and not (command is not None and asks_nothing(command))


def _secret(value: dict[Any, Any]) -> Iterator[tuple[str, str, str]]:
    for key, text in mapping(value.get("stringData")).items():
        if _is_secret(str(key), str(text)):
            remedy = "Write REPLACE-ME into an example, and keep the real one in a vault."
            yield "secret", f"{str(key)[:60]} has its value in the file.", remedy
    if mapping(value.get("data")):
        yield "secret", "its data are in the file; base64 hides nothing.", "Keep the real one in a vault."


def _is_secret(key: str, text: str) -> bool:
    """Whether this is a value that nobody should read, and none of an example."""
    if login := _LOGIN.search(text):
        return not _PLACEHOLDER.search(login[1])
    named = _SECRET.search(key) and not key.upper().endswith(("URL", "URLS", "DSN"))
    return bool(named) and not _PLACEHOLDER.search(text)
