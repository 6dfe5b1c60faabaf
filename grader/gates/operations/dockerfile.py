"""Dockerfiles by the course's own rules; hadolint, where it is installed, shows more beside them.

A stage that begins with another one of the file has what that one says of user, health and command.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import Finding, Measurement
from grader.gates.operations.files import (
    SOURCE,
    Files,
    absent,
    asks_nothing,
    evidence,
    finding,
    mapping,
    measured,
    names,
    unpinned,
)
from grader.tools.hadolint import hadolint
from grader.tools.tool import run

METRIC = "operations.dockerfile"
_NAMED = re.compile(r"(?:.*/)?(?:Dockerfile|Containerfile)(?:\.[\w-]{1,40})?|(?:.*/)?[\w-]{1,40}\.Dockerfile")
COMPOSE = re.compile(r"(?:.*/)?(?:docker-)?compose(?:[.-][\w-]{1,40})?\.ya?ml")
_INSTRUCTION = re.compile(r"([A-Za-z]{2,12})\s+(.*)", re.S)
_FROM = re.compile(r"(?:--platform=\S{1,100}\s+)?(\S{1,300})(?:\s+[aA][sS]\s+(\S{1,100}))?\s*")
_VARIABLE = re.compile(r"\$\{?(\w{1,60})(?::-([^}]{0,200}))?\}?")
_ASSIGNED = re.compile(r"(?<!\w)(\w{1,60})=(\"[^\"]{0,200}\"|'[^']{0,200}'|\S{0,200})")
SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE_KEY|API_KEY|DATABASE_URL|REDIS_URL", re.I)
_INSTALLS = re.compile(r"\b(?:pip3?|poetry|uv|pipenv|pdm|npm|yarn)\s+(?:[\w-]+\s+)?(?:install|sync|ci)\b")
_PIPED = re.compile(r"\b(?:curl|wget)\b[^|;&]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b")
_APT = re.compile(r"\bapt(?:-get)?\s+(?:-\S+\s+)*install\b")
_KEPT_OUT = (".git", ".env")
_LONGEST, _MOST_LINES = 100_000, 2_000


@dataclass(slots=True)
class Stage:
    """A stage: its name, what it begins with, and its instructions as (word, arguments, line)."""

    name: str
    base: str
    line: int
    instructions: list[tuple[str, str, int]] = field(default_factory=list)


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile, in order; variables of their bases have their defaults."""
    found: list[Stage] = []
    defaults: dict[str, str] = {}
    for word, arguments, line in _instructions(text[:_LONGEST]):
        if word == "FROM" and (match := _FROM.fullmatch(arguments)):
            base = _VARIABLE.sub(lambda m: defaults.get(m[1], m[2] or ""), match[1])
            found.append(Stage((match[2] or str(len(found))).lower(), base, line))
        elif found:
            found[-1].instructions.append((word, arguments, line))
        elif word == "ARG":
            name, _, value = arguments.partition("=")
            defaults[name.strip()] = value.strip().strip("\"'")
    return found


def _instructions(text: str) -> Iterator[tuple[str, str, int]]:
    """Each as word, arguments and line; continued lines are one, comments are left out."""
    parts: list[str] = []
    start = 0
    for number, line in enumerate(text.split("\n")[:_MOST_LINES], 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        start = start if parts else number
        parts.append(stripped.removesuffix("\\"))
        if not stripped.endswith("\\"):
            if match := _INSTRUCTION.fullmatch("\n".join(parts)):
                yield match[1].upper(), match[2].strip(), start
            parts = []


def chain(all_stages: list[Stage]) -> list[Stage]:
    """The last stage, and those of the file that it stands on, nearest first."""
    by_name = {stage.name: stage for stage in all_stages}
    found = [all_stages[-1]]
    while (below := by_name.get(found[-1].base.lower())) and below not in found:
        found.append(below)
    return found


def last(stood_on: list[Stage], word: str) -> tuple[str, int] | None:
    """The arguments and the line of the last such instruction of a chain."""
    for stage in stood_on:
        for name, arguments, line in reversed(stage.instructions):
            if name == word:
                return arguments, line
    return None


def _resolved(stood_on: list[Stage], text: str) -> str:
    """The text with the variables of a chain of stages; nothing in the place of one that has no value in the file."""
    given: dict[str, str] = {}
    for stage in reversed(stood_on):
        for word, arguments, _ in stage.instructions:
            if word in ("ARG", "ENV"):
                given |= {name: value.strip("\"'") for name, value in _ASSIGNED.findall(arguments)}
    return _VARIABLE.sub(lambda match: given.get(match[1]) or match[2] or "", text)


def measure(files: Files) -> Measurement:
    """How many things there are to mend in all Dockerfiles."""
    paths = files.named(_NAMED)
    if not paths:
        return absent(METRIC, "The project has no Dockerfile.")
    checked = _with_health(files)
    found = [one for path in paths for one in _wrong(files, path, checked)]
    found += [one for path in paths for one in _hadolint(files, path)]
    return measured(METRIC, found, SOURCE)


def _with_health(files: Files) -> bool:
    """Whether a Compose file has a health check for a service that is built here."""
    for path in files.named(COMPOSE):
        for document in files.documents(path, "dockerfile.compose"):
            for service in names(mapping(document.value).get("services")).values():
                test = mapping(service.get("healthcheck")).get("test")
                if service.get("build") and test and not asks_nothing(test):
                    return True
    return False


def _wrong(files: Files, path: str, health_elsewhere: bool) -> Iterator[Finding]:
    found = stages(files.text(path))
    if not found:
        yield finding("dockerfile.unreadable", "It has no FROM.", path, remedy="Begin with the image to build on.")
        return
    yield from _bases(path, found)
    yield from _final(path, found, health_elsewhere)
    for stage in found:
        yield from _secrets(path, stage)
        yield from _layers(path, stage)
    yield from _context(files, path, found)


def _bases(path: str, found: list[Stage]) -> Iterator[Finding]:
    own = {stage.name for stage in found} | {"scratch"}
    for stage in found:
        if stage.base.lower() not in own and unpinned(stage.base):
            message = f"A stage builds on {stage.base or 'nothing'}, which is another image tomorrow."
            yield finding(
                "dockerfile.unpinned", message, path, stage.line, remedy="Name a tag such as python:3.13-slim."
            )


def _final(path: str, found: list[Stage], health_elsewhere: bool) -> Iterator[Finding]:
    stood_on = chain(found)
    line = found[-1].line
    user = last(stood_on, "USER")
    named = _resolved(stood_on, user[0]) if user else "root"
    name = named.partition(":")[0].strip("\"' ")
    if name in ("root", "") or re.fullmatch(r"0+", name):
        remedy = "End with USER and a user that you have added."
        yield finding("dockerfile.root", "The last stage runs as root.", path, user[1] if user else line, remedy=remedy)
    health = last(stood_on, "HEALTHCHECK")
    if not health_elsewhere and (health is None or health[0].strip().upper() == "NONE" or asks_nothing(health[0])):
        remedy = "Add HEALTHCHECK, here or in the Compose file."
        yield finding("dockerfile.health", "Nothing says when the container is healthy.", path, line, remedy=remedy)
    command = last(stood_on, "CMD") or last(stood_on, "ENTRYPOINT")
    if command and "runserver" in command[0]:
        message = "It starts the development server, which is made for one person."
        yield finding("dockerfile.server", message, path, command[1], remedy="Start gunicorn or uvicorn.")


def _secrets(path: str, stage: Stage) -> Iterator[Finding]:
    for word, arguments, line in stage.instructions:
        if word in ("ARG", "ENV"):
            given = re.findall(r"(?<!\w)(\w{1,100})=", arguments) if "=" in arguments else arguments.split()[:1]
            for name in filter(SECRET.search, given):
                message = f"{word} {name} stays in the image, where everybody who has it can read it."
                remedy = "Give it to the container when it runs, or to the build by --mount=type=secret."
                yield finding("dockerfile.secret", message, path, line, remedy=remedy)
        elif word in ("COPY", "ADD") and re.search(r"(?:^|[\s/])\.env(?:\s|$)", arguments):
            yield finding("dockerfile.secret", "It copies .env into the image.", path, line, remedy="Leave it outside.")


def _layers(path: str, stage: Stage) -> Iterator[Finding]:
    everything = 0
    for word, arguments, line in stage.instructions:
        if word == "COPY" and re.fullmatch(r"(?:--\S+\s+)*\.\s+\S+", arguments) and "--from" not in arguments:
            everything = line
        if word == "ADD" and re.search(r"https?://", arguments):
            message = "It fetches a file that nobody has checked."
            yield finding("dockerfile.fetched", message, path, line, remedy="Use --checksum, or commit the file.")
        if word != "RUN":
            continue
        if everything and _INSTALLS.search(arguments):
            message = (
                f"Packages are installed after the code is copied (line {everything}): every change installs anew."
            )
            yield finding(
                "dockerfile.layers", message, path, line, remedy="Copy the lock, install, then copy the code."
            )
        if _PIPED.search(arguments):
            message = "It runs a script from the network that nobody has checked."
            yield finding("dockerfile.fetched", message, path, line, remedy="Install a pinned package instead.")
        cached = "--mount=type=cache" in arguments
        if re.search(r"\bpip3?\s+install\b", arguments) and "--no-cache-dir" not in arguments and not cached:
            yield finding("dockerfile.cache", "pip leaves its cache in a layer.", path, line, remedy="--no-cache-dir")
        if _APT.search(arguments) and "/var/lib/apt/lists" not in arguments and not cached:
            remedy = "End the same RUN with rm -rf /var/lib/apt/lists/*."
            yield finding("dockerfile.cache", "apt leaves its lists in a layer.", path, line, remedy=remedy)


def _context(files: Files, path: str, found: list[Stage]) -> Iterator[Finding]:
    """Whether what must not get into an image is kept out, where all of the folder is copied."""
    copies = [i for stage in found for i in stage.instructions if re.fullmatch(r"(?:--\S+\s+)*\.\s+\S+", i[1])]
    line = next((line for word, arguments, line in copies if word in ("COPY", "ADD") and "--from" not in arguments), 0)
    if not line:
        return
    beside = (f"{path}.dockerignore", f"{path.rpartition('/')[0]}/.dockerignore".lstrip("/"), ".dockerignore")
    named = next((name for name in beside if name in files.subject.files), "")
    ignored = files.text(named).split("\n") if named else []
    rules = {rule.strip().removeprefix("/").removeprefix("**/").rstrip("/*") for rule in ignored}
    for name in _KEPT_OUT:
        if name not in rules and not (name == ".env" and ".env" in {rule.rstrip(".") for rule in rules}):
            message = f"{name} gets into the image: .dockerignore does not name it."
            yield finding("dockerfile.context", message, path, line, remedy=f"Write {name} into .dockerignore.")


def _hadolint(files: Files, path: str) -> Iterator[Finding]:
    """What hadolint says; nothing where it is not installed, or cannot read the file."""
    subject = files.subject
    try:
        output = run(hadolint(path), subject.sandbox, submission=subject.submission, deps=subject.deps)
        entries = json.loads(output.text)
    except (EnvironmentError_, ValueError, RecursionError):
        return
    for entry in entries if isinstance(entries, list) else []:
        said = mapping(entry)
        line, code = said.get("line"), str(said.get("code"))
        if type(line) is int and re.fullmatch(r"[A-Z]{2}\d{1,5}", code):
            yield evidence(finding(code, str(said.get("message")), path, line, source="hadolint"))
