"""What the checks of this module share: the variables of production, a server, and the container files as data."""

import functools
import itertools
import re
from dataclasses import dataclass, field

import pytest

from grader.checkpoint import fail

LONGEST = 20_000  # characters: more than any honest one of these files, and soon read
HOST = "example.org"
HTTPS = {"Host": HOST, "X-Forwarded-Proto": "https"}
HTTP = {"Host": HOST}
WILD = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
REQUIRED = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL")


@pytest.fixture
def production(rng):
    """All that production requires, with addresses where nobody answers."""
    return {
        "SECRET_KEY": _key(rng),
        "ALLOWED_HOSTS": f"{HOST},www.{HOST}",
        "DATABASE_URL": "postgres://somebody:secret@127.0.0.1:5999/nothing",
        "REDIS_URL": "redis://127.0.0.1:6999/0",
        "JWT_SIGNING_KEY": _key(rng),  # what module 04 requires; before it, nobody reads that
    }


def _key(rng):
    return "".join(rng.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_", k=64))


@pytest.fixture
def site(serve, production):
    """The production layer behind gunicorn, with real services; answers by now. ``site.get(path, headers=…)``."""
    env = {name: production[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS")}
    return serve(settings="config.settings.production", env=env)


@pytest.fixture
def ready_site(site):
    """The same, once it answers anything at all."""
    site.request("GET", "/live", headers=HTTP, within_s=30)
    return site


@dataclass
class Stage:
    """One stage of a Dockerfile: what it builds on, its name, and its instructions as (word, arguments)."""

    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def last(self, word):
        """The arguments of the last such instruction, or None."""
        return next((arguments for found, arguments in reversed(self.instructions) if found == word), None)


def short(files, path):
    """The text of a file; fails the check if it is longer than people write it."""
    text = files.text(path)
    if len(text) > LONGEST:
        fail(expected=f"at most {LONGEST} characters", observed=f"{len(text)}", where=path)
    return text


@pytest.fixture
def stages(files):
    """The stages of the Dockerfile, in order; variables with a default are filled in."""
    found, values = [], {}
    for word, arguments in read_dockerfile(short(files, "Dockerfile")):
        if word == "FROM":
            parts = [part for part in filled(arguments, values).split() if not part.startswith("--")]
            found.append(Stage(parts[0] if parts else "", parts[2].lower() if len(parts) > 2 else ""))
            continue
        if word in ("ARG", "ENV"):
            values |= assignments(word, arguments, values)
        if found:
            found[-1].instructions.append((word, filled(arguments, values) if word == "USER" else arguments))
    if not found:
        fail(expected="a Dockerfile with a FROM", observed="none was found", where="Dockerfile")
    return found


@pytest.fixture
def final(stages):
    """The final stage and the stages it builds on, itself first."""
    by_name = {stage.name: stage for stage in stages if stage.name}
    line, stage = [], stages[-1]
    while stage is not None and stage not in line:
        line.append(stage)
        stage = by_name.get(stage.base.lower())
    return line


def read_dockerfile(text):
    """The instructions of a Dockerfile as (word, arguments): without comments, long lines joined."""
    lines, instructions = iter(text.splitlines()), []
    for line in lines:
        if not line.strip() or line.strip().startswith("#"):
            continue
        parts = [line.strip()]
        while parts[-1].endswith("\\"):
            parts[-1] = parts[-1].rstrip("\\").strip()
            more = next((one.strip() for one in lines if not one.strip().startswith("#")), "")
            parts.append(more)
        for end in re.findall(r"<<-?[\"']?(\w+)", " ".join(parts)):
            parts += itertools.takewhile(lambda inner, end=end: inner.strip() != end, lines)
        word, _, arguments = " ".join(part for part in parts if part).partition(" ")
        instructions.append((word.upper(), arguments.strip()))
    return instructions


def filled(text, values):
    """The text with ``$NAME`` and ``${NAME}`` filled in where there is a value or a default."""

    def value(match):
        name, default = match["plain"] or match["name"], match["default"]
        return values.get(name) or (default if default is not None else match[0])

    return re.sub(r"\$(?:(?P<plain>\w+)|\{(?P<name>\w+)(?::?-(?P<default>[^}]*))?\})", value, text)


def assignments(word, arguments, values):
    """What an ARG or ENV sets."""
    if "=" not in arguments:
        name, _, value = arguments.partition(" ")
        return {name: filled(value.strip(), values)} if value else {}
    pairs = re.findall(r"(?<!\w)(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", arguments)
    return {name: filled(value.strip("\"'"), values) for name, value in pairs}


@pytest.fixture
def front(files):
    """The one service that publishes ports: web, and from module 05 on the proxy before it."""
    return "nginx" if files.exists("docker/nginx/nginx.conf") else "web"


@pytest.fixture
def compose(files):
    """docker-compose.yml as data."""
    content = files.yaml("docker-compose.yml")
    if not isinstance(content, dict) or not isinstance(content.get("services"), dict):
        fail(expected="a Compose file with `services`", observed="there are none", where="docker-compose.yml")
    return content


@pytest.fixture
def services_of(compose):
    """The services of the Compose file; ``services_of("web", "db")`` gives those, and fails if one is missing."""

    def find(*names):
        for name in names:
            if not isinstance(compose["services"].get(name), dict):
                fail(expected=f"a service called {name}", observed="there is none", where="docker-compose.yml")
        return [compose["services"][name] for name in names]

    return find


def how_it_waits(services_of, name, other):
    """Fails the check unless the service waits for the other one until that is healthy."""
    (service,) = services_of(name)
    waits = service.get("depends_on")
    named = isinstance(waits, (dict, list)) and other in waits
    how = waits.get(other) if isinstance(waits, dict) else None
    condition = how.get("condition") if isinstance(how, dict) else None
    if condition == "service_healthy":
        return
    seen = f"it waits for `condition: {condition}`" if condition else f"`{other}` is named without a condition"
    fail(
        expected=f"`{name}` waits for `{other}` with `condition: service_healthy`",
        observed=seen if named else f"its `depends_on` does not name `{other}`",
        where="docker-compose.yml",
    )


@pytest.fixture
def waits_until_healthy(services_of):
    """``waits_until_healthy("web", "db")`` fails the check unless web waits until db is healthy."""
    return functools.partial(how_it_waits, services_of)


@pytest.fixture
def is_debug(load):
    """``is_debug(layer, env)`` is what ``DEBUG`` is in a layer, in words: ``DEBUG = False``."""
    return lambda layer, env: f"DEBUG = {load(f'config.settings.{layer}', env=env).DEBUG!r}"


def words_of(command):
    """A command of Docker or Compose as text, whatever its form."""
    return " ".join(str(part) for part in command) if isinstance(command, list) else str(command or "")


@pytest.fixture
def commands(files):
    """``commands(command, …)``: the text of commands, and of those scripts of the repository that they run."""

    def read(*given):
        text = " ".join(words_of(one) for one in given)
        scripts = [word.strip("\"'[],").removeprefix("./").removeprefix("/app/") for word in text.split()]
        return " ".join(
            [
                text,
                *(short(files, script) for script in scripts[:50] if script.endswith(".sh") and files.exists(script)),
            ]
        )

    return read


@pytest.fixture
def web_starts(files, final, commands):
    """The text of what web starts: its own command or the image's, and the scripts that it runs."""
    content = files.yaml("docker-compose.yml") if files.exists("docker-compose.yml") else None
    services = content.get("services") if isinstance(content, dict) else None
    web = services.get("web") if isinstance(services, dict) else None
    web = web if isinstance(web, dict) else {}
    return commands(web.get("entrypoint") or final[0].last("ENTRYPOINT"), web.get("command") or final[0].last("CMD"))


@pytest.fixture
def kept_out(files):
    """``kept_out(path)``: whether .dockerignore keeps the path out; the last line that speaks of it decides."""
    lines = [raw.strip() for raw in short(files, ".dockerignore").splitlines()]

    def decide(path):
        verdict = False
        for line in lines:
            if line and not line.startswith("#") and pattern(line.removeprefix("!")).fullmatch(path):
                verdict = not line.startswith("!")
        return verdict

    return decide


def pattern(line):
    """A line of .dockerignore as a regular expression: it excludes the path and all below it."""
    parts, text = [], re.sub(r"\*{2,}", "**", line.strip().removeprefix("./").strip("/"))
    for token in re.findall(r"(?:\*\*/)+|\*\*|\*|\?|.", text):
        parts.append("(?:.*/)?" if token[:3] == "**/" else WILD.get(token) or re.escape(token))
    return re.compile(f"{''.join(parts)}(?:/.*)?")
