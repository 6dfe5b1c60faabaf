"""Task 1, a lock that fits: what is in it, and what the tests notice."""

import ast

from grader.checkpoint import check, expect_that


@check("env.lock")
def test_the_lock_can_be_installed(environment):
    """Every package of the lock is a wheel of the package index, and the grader could install exactly these."""
    expect_that(
        environment.origin == "submission",
        expected="a lock that can be installed as it is",
        observed="; ".join(environment.problems) or "it could not be installed",
    )


@check("env.lock")
def test_the_server_is_in_the_lock(files):
    """`gunicorn` and `psycopg` with its binary are in the lock."""
    locked = {package["name"] for package in files.toml("poetry.lock")["package"]}
    assert sorted({"gunicorn", "psycopg", "psycopg-binary"} - locked) == []


@check("env.install")
def test_an_application_and_no_package(files):
    """pyproject.toml has a `[project]` table and says `package-mode = false`."""
    content = files.toml("pyproject.toml")
    assert "name" in content.get("project", {}), "there is no name in [project]"
    assert content.get("tool", {}).get("poetry", {}).get("package-mode") is False


PROBES = ["/live", "/ready", "/healthz"]
CODE = "__code__.co_filename", "__code__.co_firstlineno"


def place_of_view(app, address):
    """The file and line of the function behind an address: (path in the submission, line)."""
    view = app.call("inspect:unwrap", app.call("django.urls:resolve", address).func)
    owner = app.call("builtins:getattr", view, "view_class", None)
    if owner is not None:
        view = app.call("inspect:unwrap", owner.get)
    path, line = (app.call("operator:attrgetter", name)(view) for name in CODE)
    return path.removeprefix("/submission/"), line


def broken(source, line):
    """The source with the function that begins at this line raising at once."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        if first == line:
            lines = source.splitlines()
            body = node.body[0]
            lines.insert(body.lineno - 1, f'{" " * body.col_offset}raise RuntimeError("broken on purpose")')
            return "\n".join(lines) + "\n"
    return None


def broken_at_the_root(source, address):
    """The root URLconf with a view at this address that raises."""
    return (
        f"{source}\n\ndef _broken(request):\n    raise RuntimeError('broken on purpose')\n\n\n"
        f"from django.urls import path as _path\n\nurlpatterns = [_path({address[1:]!r}, _broken), *urlpatterns]\n"
    )


def edit_that_breaks(app, files, address):
    """The one edit after which the probe raises, as {path: text}, and the file's text before."""
    path, line = place_of_view(app, address)
    text = files.text(path) if files.exists(path) else ""
    edited = broken(text, line) if text else None
    if edited is None:
        path = "src/config/urls.py"
        text = files.text(path)
        edited = broken_at_the_root(text, address)
    return path, text, edited


@check("env.tests-notice", seconds=240)
def test_a_broken_probe_is_noticed(app, files, tools, rng):
    """`poetry run pytest` fails when the view of a probe raises, and passes when only a comment was added."""
    edits = {address: edit_that_breaks(app, files, address) for address in PROBES}
    comments = {path: f"{text}\n# {rng.sentence()}\n" for path, text, _ in edits.values()}
    calm = tools.poetry("run", "pytest", edits=comments)
    expect_that(calm.ok, expected="the tests pass with a comment more", observed="they fail")
    for address, (path, _, edited) in edits.items():
        alarmed = tools.poetry("run", "pytest", edits={path: edited})
        expect_that(not alarmed.ok, expected=f"the tests fail when {address} raises", observed="they pass all the same")
