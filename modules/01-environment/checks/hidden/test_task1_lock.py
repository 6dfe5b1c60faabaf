"""Task 1, a lock that fits: what is in it, and what the tests notice."""

from grader.checkpoint import Raised, check, expect_that


@check("env.lock")
def test_the_lock_can_be_installed(environment):
    """Every package of the lock is a wheel that the package index has with the hash pinned for it."""
    expect_that(
        environment.origin == "submission",
        expected="a lock that can be installed as it is",
        observed="; ".join(environment.problems) or "it could not be installed",
    )


@check("env.lock")
def test_the_server_is_in_the_lock(files):
    """`gunicorn` and `psycopg` with its binary are in the lock, for every installation and not for development only."""
    locked = {
        package["name"] for package in files.toml("poetry.lock")["package"] if "main" in package.get("groups", ["main"])
    }
    assert sorted({"gunicorn", "psycopg", "psycopg-binary"} - locked) == []


@check("env.lock")
def test_no_plugin_is_required(files):
    """pyproject.toml requires no plugins of Poetry."""
    required = files.toml("pyproject.toml").get("tool", {}).get("poetry", {}).get("requires-plugins")
    assert not required


@check("env.install")
def test_an_application_and_no_package(files):
    """pyproject.toml has a `[project]` table and says `package-mode = false`."""
    content = files.toml("pyproject.toml")
    assert "name" in content.get("project", {}), "there is no name in [project]"
    assert content.get("tool", {}).get("poetry", {}).get("package-mode") is False


PROBES = ["/live", "/ready", "/healthz"]
CODE = "__code__.co_filename", "__code__.co_firstlineno"
LAYER = ("src/config/settings/testing.py", "src/config/settings/testing/__init__.py")
MOST_COMMENTED = 100  # files
MIDDLEWARE_PATH = "src/config/broken_on_purpose.py"
MIDDLEWARE = """
def middleware(get_response):
    def answer(request):
        if request.path == "{address}":
            raise RuntimeError("broken on purpose")
        return get_response(request)

    return answer
"""


def place_of_view(app, address):
    """Path and line of the function behind an address. Raises Raised if no view is there."""
    view = app.call("django.urls:resolve", address).func
    owner = app.call("builtins:getattr", view, "view_class", None)
    view = app.call("inspect:unwrap", view if owner is None else owner.get)
    path, line = (app.call("operator:attrgetter", name)(view) for name in CODE)
    return path.removeprefix("/submission/"), line


def broken(sources, source, line):
    """The source with the function that begins at this line raising at once, or None."""
    for first, body, indent in sources.functions(source):
        if first == line:
            lines = source.splitlines()
            lines.insert(body - 1, f'{" " * indent}raise RuntimeError("broken on purpose")')
            return "\n".join(lines) + "\n"
    return None


def broken_by_middleware(files, address):
    """Edits after which the address raises in the testing layer, wherever it is answered."""
    layer = next(p for p in LAYER if files.exists(p))
    return {
        MIDDLEWARE_PATH: MIDDLEWARE.format(address=address),
        layer: f'{files.text(layer)}\nMIDDLEWARE = ["config.broken_on_purpose.middleware", *MIDDLEWARE]\n',
    }


def edits_that_break(app, files, sources, address):
    """The edits after which the probe raises, as {path: text}."""
    try:
        path, line = place_of_view(app, address)
    except Raised:  # it is answered by something that is no view
        return broken_by_middleware(files, address)
    edited = broken(sources, files.text(path), line) if files.exists(path) else None
    return {path: edited} if edited else broken_by_middleware(files, address)


def commented(sources, source, words):
    """The source with the comment in each of its functions and at its end."""
    lines = source.splitlines()
    for _, body, indent in sorted(sources.functions(source), key=lambda one: one[1], reverse=True):
        lines.insert(body - 1, f"{' ' * indent}# {words}")
    return "\n".join([*lines, f"# {words}", ""])


def calm_edits(files, sources, touched, rng):
    """The project's own code with comments and nothing else; the files that are broken later are among it."""
    own = [path for path in files.glob("src/**/*.py") if not {"migrations", "tests"} & set(path.split("/"))]
    paths = {*own[:MOST_COMMENTED], *files.glob("*.py"), *touched}
    return {path: commented(sources, files.text(path), rng.sentence()) for path in sorted(paths)}


@check("env.tests-notice", seconds=240)
def test_a_broken_probe_is_noticed(app, files, sources, tools, rng):
    """`poetry run pytest` fails when a probe raises, and passes when only a comment was added."""
    edits = {address: edits_that_break(app, files, sources, address) for address in PROBES}
    touched = {path for edit in edits.values() for path in edit if files.exists(path)}
    calm = tools.poetry("run", "pytest", edits=calm_edits(files, sources, touched, rng))
    expect_that(calm.ok, expected="the tests pass with a comment more in each function", observed="they fail")
    for address, edit in edits.items():
        alarmed = tools.poetry("run", "pytest", "-x", edits=edit)
        if alarmed.ok and MIDDLEWARE_PATH not in edit:  # a view that a middleware answers for is never reached
            alarmed = tools.poetry("run", "pytest", "-x", edits=broken_by_middleware(files, address))
        expect_that(not alarmed.ok, expected=f"the tests fail when {address} raises", observed="they pass all the same")
