"""The commands of a page: which there are, and which of them a machine can run by itself, by a written rule.

A block of ``console`` has a command in each line that begins with ``$``; one of ``sh``, ``bash``, ``shell`` or ``zsh``
in each line that is no comment, or likewise where it has prompts. A line that ends with a backslash goes on in the next
one; a block with a here-document or with a loop is one command.

Not run, and listed with the reason:

- what waits for a person: an editor, ``psql`` or ``manage.py shell`` without a command, ``createsuperuser``;
- what serves until it is stopped: ``runserver``, web servers, workers, ``watch``, ``tail -f``;
- what asks the network, installs or builds: package managers, ``git``, ``curl``, containers, clusters, ``pre-commit``;
- what makes or enters an environment of Python, which is there;
- what runs the whole suite of tests by another tool than pytest, which is asked to collect it;
- a target of ``make``, which may be any of these;
- what has a gap for the reader to fill: ``<name>``, ``…``, ``example.com``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.gates.documentation.markdown import Block, Page

SHELLS = frozenset({"sh", "bash", "shell", "zsh"})
CONSOLES = frozenset({"console", "shell-session", "terminal"})
_PROMPT = re.compile(r"\s{0,8}\$ (.*)")
_WHOLE = re.compile(r"<<-?\s*['\"]?\w|^\s*(?:for|while|until|if|case|function)\b|^\s*\w+\s*\(\)\s*\{", re.M)
_MOST, _MOST_LINES, _LONGEST = 60, 1_000, 2_000
_GAP = re.compile(r"<[a-z][\w -]{0,40}>|…|\.\.\.(?![/\w])|\bexample\.(?:com|org|net)\b|\byour[-_]\w+|\bpath/to/", re.I)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=\S*")
_SEPARATOR = re.compile(r"\s*(?:&&|\|\||;|\||\n)\s*")
_RUNNERS = (("poetry", "run"), ("uv", "run"), ("pipenv", "run"), ("pdm", "run"), ("hatch", "run"), ("exec",), ("time",))
_PYTHON = re.compile(r"(?:\S*/)?python(?:3(?:\.\d+)?)?")
_SERVERS = frozenset(
    {
        "gunicorn",
        "uvicorn",
        "daphne",
        "hypercorn",
        "waitress-serve",
        "celery",
        "flower",
        "watch",
        "nginx",
        "redis-server",
        "locust",
    }
)
_NETWORK = frozenset(
    {
        "git",
        "gh",
        "curl",
        "wget",
        "http",
        "ssh",
        "scp",
        "rsync",
        "docker",
        "docker-compose",
        "podman",
        "podman-compose",
        "kubectl",
        "helm",
        "kustomize",
        "minikube",
        "kind",
        "terraform",
        "ansible",
        "aws",
        "gcloud",
        "az",
        "pip",
        "pip3",
        "pipx",
        "poetry",
        "uv",
        "pipenv",
        "pdm",
        "hatch",
        "conda",
        "npm",
        "npx",
        "yarn",
        "pnpm",
        "apt",
        "apt-get",
        "brew",
        "dnf",
        "apk",
        "pre-commit",
        "pyenv",
        "asdf",
        "nvm",
        "nox",
        "tox",
        "sudo",
        "systemctl",
        "k6",
        "safety",
        "pip-audit",
        "trivy",
        "snyk",
    }
)
_PEOPLE = frozenset(
    {
        "vim",
        "vi",
        "nano",
        "emacs",
        "code",
        "less",
        "more",
        "man",
        "psql",
        "redis-cli",
        "ipython",
        "bpython",
        "htop",
        "top",
        "open",
        "xdg-open",
        "$EDITOR",
    }
)
_MANAGE_SERVES = frozenset({"runserver", "runserver_plus", "livereload", "qcluster", "db_worker"})
_MANAGE_PEOPLE = frozenset({"dbshell", "changepassword"})
_PERSON, _SERVES = "it waits for a person", "it serves until it is stopped"
_ASKS = "it asks the network, installs or builds"
_ENVIRONMENT = frozenset({"venv", "virtualenv", "activate", "deactivate", "activate.bat"})


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it is written, the line that it begins in, and why it is not run; "" for one that is."""

    text: str
    line: int
    unrun: str = ""


def commands(page: Page) -> tuple[Command, ...]:
    """All commands of a page, in their order, at most 60."""
    found = (Command(text, line, why_unrun(text)) for text, line in _written(page))
    return tuple(command for _, command in zip(range(_MOST), found, strict=False))


def _written(page: Page) -> Iterator[tuple[str, int]]:
    for block in page.blocks:
        is_prompted = any(map(_PROMPT.fullmatch, block.lines[:_MOST_LINES]))
        if block.language in CONSOLES or (block.language in SHELLS and is_prompted):
            yield from _prompted(block)
        elif block.language in SHELLS:
            yield from _lines(block)


def _prompted(block: Block) -> Iterator[tuple[str, int]]:
    lines = iter(enumerate(block.lines, block.line))
    for number, line in lines:
        if prompt := _PROMPT.fullmatch(line):
            text = prompt[1]
            while text.endswith("\\"):
                text = text[:-1] + next(lines, (0, ""))[1].strip().removeprefix("> ")
            yield text.strip(), number


def _lines(block: Block) -> Iterator[tuple[str, int]]:
    whole = "\n".join(block.lines)
    if _WHOLE.search(whole[:_LONGEST]):
        yield whole.strip(), block.line
        return
    lines = iter(enumerate(block.lines, block.line))
    for number, line in lines:
        text = line.strip()
        while text.endswith("\\"):
            text = text[:-1] + next(lines, (0, ""))[1].strip()
        if text and not text.startswith("#"):
            yield text, number


def why_unrun(text: str) -> str:
    """Why this command is not run, in a clause; "" if it is."""
    if len(text) > _LONGEST:
        return "it is too long"
    if _GAP.search(text):
        return "it has a gap for the reader to fill"
    return next(filter(None, map(_why, _SEPARATOR.split(_without_comment(text)))), "")


def _without_comment(text: str) -> str:
    return re.sub(r"(?m)(?:^|\s)#.*$", "", text)


def _why(part: str) -> str:
    """As ``why_unrun``, for one command of a line."""
    words = _own_words(part)
    if not words:
        return ""
    first, rest = words[0].rpartition("/")[2] if not words[0].startswith("$") else words[0], words[1:]
    if first in ("manage.py", "django-admin"):
        return _why_managed(rest)
    if first in _SERVERS or (first == "tail" and "-f" in rest) or (first == "mkdocs" and "serve" in rest):
        return "" if {"--help", "--version"} & set(rest) else _SERVES
    if first in ("psql", "redis-cli") and {"-c", "--command", "ping"} & set(rest):
        return _ASKS
    if first in _ENVIRONMENT or (first in ("source", ".") and "activate" in " ".join(rest)):
        return "it makes or enters an environment"
    if first in _PEOPLE:
        return _PERSON
    if first == "make":
        return "it is a target of make"
    return _ASKS if first in _NETWORK else ""


def _own_words(part: str) -> list[str]:
    """The words of a command without variables, and without what only starts another one."""
    words = part.split()
    while words:
        if _ASSIGNED.fullmatch(words[0]):
            words = words[1:]
            continue
        runner = next((r for r in _RUNNERS if tuple(words[: len(r)]) == r), None)
        if runner:
            words = words[len(runner) :]
        elif _PYTHON.fullmatch(words[0]) and words[1:2] == ["-m"]:
            words = words[2:]
        elif _PYTHON.fullmatch(words[0]) and len(words) > 1 and words[1].endswith("manage.py"):
            words = ["manage.py", *words[2:]]
        else:
            return words
    return []


def _why_managed(rest: list[str]) -> str:
    """As ``why_unrun``, for what follows manage.py."""
    verb = next((word for word in rest if not word.startswith("-")), "")
    options = set(rest)
    if verb in _MANAGE_SERVES:
        return _SERVES
    if verb in _MANAGE_PEOPLE or (verb in ("shell", "shell_plus") and not options & {"-c", "--command"}):
        return _PERSON
    if verb == "createsuperuser" and not options & {"--no-input", "--noinput"}:
        return _PERSON
    return "it runs the whole suite of tests" if verb == "test" else ""
