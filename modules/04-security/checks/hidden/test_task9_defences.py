"""Task 9: what is written about the defences, what scanners say, and the OpenAPI document."""

import re
from urllib.parse import urlsplit

import pytest

from grader.checkpoint import check, expect, expect_that, fail

AS_JSON = {"Accept": "application/vnd.oai.openapi+json"}
# How to report, what protects what, what remains, what to do after an incident.
SECTIONS = 4
LEAST_TEXT = 40  # characters of a section's own text: less says nothing
HEADING = re.compile(r"^ {0,3}#{1,6}\s+\S.*$|^(?=\S).+\n(?:=+|-+)[ \t]*$", re.M)
COMMENT = re.compile(r"<!--.*?-->", re.S)


@check("defences.documented")
def test_sections_of_security_md(files):
    """`SECURITY.md` has four sections, each with a text of its own, and nothing is left to do in it."""
    text = COMMENT.sub("", files.text("SECURITY.md"))
    parts = [" ".join(part.split()) for part in HEADING.split(text)[1:]]
    told = {part for part in parts if len(part) >= LEAST_TEXT and "TODO(04)" not in part}
    expect_that(
        len(told) >= SECTIONS,
        expected="four sections with text: how to report, what protects what, what remains, what to do afterwards",
        observed=f"{len(told)} with a text of their own",
    )
    expect_that("TODO(04)" not in text, expected="no TODO(04) left in SECURITY.md", observed="one is left")


@check("defences.documented")
def test_items_of_the_checklist(files):
    """Each item of `security/asvs.toml` is as the head of the file explains, and none stands twice."""
    seen = set()
    for item in _items(files):
        name = item.get("id")
        # ASVS 5.0 has chapters 1 to 17.
        right = isinstance(name, str) and re.fullmatch(r"v?(?:[1-9]|1[0-7])\.\d{1,2}\.\d{1,2}", name.lower())
        expect_that(right and name not in seen, expected="an `id` such as 1.2.3 for each item, once", observed=name)
        seen.add(name)
        expect_that(item.get("level") in (1, 2, 3), expected=f"`level` 1, 2 or 3 in {name}", observed=item.get("level"))
        for field in ("requirement", "reason"):
            value = item.get(field)
            told = isinstance(value, str) and bool(value.strip())
            expect_that(told, expected=f"`{field}` as a text in {name}", observed=value)
        status, shown = item.get("status"), item.get("shown_by")
        known = status in ("met", "elsewhere", "open")
        expect_that(known, expected=f"`status` met, elsewhere or open in {name}", observed=status)
        fits = isinstance(shown, list) and bool(shown) is (status == "met")
        expect_that(fits, expected=f"`shown_by` with what shows it where {name} is met, else empty", observed=shown)


@check("defences.documented")
def test_what_the_checklist_names(files):
    """Every file and every test that `security/asvs.toml` names exists."""
    texts = {}
    for item in _items(files):
        for shown in item.get("shown_by") or []:
            path, *names = str(shown).split("::")
            expect_that(files.exists(path), expected=f"the file {path}, which {item.get('id')} names", observed="none")
            if names and path not in texts:
                texts[path] = files.text(path)
            for name in names:
                plain = re.escape(name.partition("[")[0])
                found = re.search(rf"^\s*(?:(?:async\s+)?def|class)\s+{plain}\b", texts[path], re.M)
                expect_that(found, expected=f"{shown}, which {item.get('id')} names", observed=f"no {name} there")


def _items(files):
    items = files.toml("security/asvs.toml").get("items")
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        fail(expected="`[[items]]` in security/asvs.toml", observed=type(items).__name__)
    expect_that(len(items) >= 30, expected="at least 30 items in security/asvs.toml", observed=len(items))
    return items


@check("defences.scanners")
def test_hooks(files):
    """`.pre-commit-config.yaml` runs bandit, and a scanner for secrets."""
    hooks = [hook for repo in files.yaml(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    said = [f"{hook.get('id')} {hook.get('entry', '')}" for hook in hooks]
    for names in (("bandit",), ("detect-secrets", "gitleaks")):
        found = any(name in one for one in said for name in names)
        expect_that(found, expected=f"a hook for {' or '.join(names)}", observed=", ".join(said))


PLANTED = """
import hashlib
import pickle
import subprocess


def load(text, sent):
    subprocess.call(text, shell=True)
    eval(text)
    return hashlib.md5(sent), pickle.loads(sent)
"""


@check("defences.scanners", seconds=180)
def test_bandit(tools):
    """`bandit -c pyproject.toml -r src` finds nothing, but it does find a shell, an eval and a pickle put in there."""
    words = ("run", "bandit", "-q", "-c", "pyproject.toml", "-r", "src")
    report = tools.poetry(*words)
    expect_that(report.ok, expected="`bandit -c pyproject.toml -r src` finds nothing", observed=report.out[-600:])
    planted = tools.poetry(*words, edits={"src/apps/core/planted.py": PLANTED})
    seen = not planted.ok and "planted.py" in planted.out
    expect_that(seen, expected="a finding for a module with a shell, an eval and a pickle", observed="none")


@pytest.fixture
def document(api):
    """The document, as JSON."""
    return api.get("/schema/", headers=AS_JSON).expect(200).object()


# The statuses that sentences of the brief give.
REFUSED = {"400", "401", "429"}
OPERATIONS = {
    "login": {"200"} | REFUSED,
    "refresh": {"200"} | REFUSED,
    "register": {"202", "400", "429"},
    "password": {"204"} | REFUSED,
    "invite": {"200", "403"} | REFUSED,
    "set-password": {"204"} | REFUSED,
    "logout": {"204"} | REFUSED,
    "logout-everywhere": {"204", "401", "429"},
}
FOR_EVERYBODY = ("login", "refresh", "register", "set-password", "logout")
WITHOUT_A_BODY = ("logout-everywhere",)


def operation(document, name):
    """An operation of tasks 1 to 3; fails the check if it is not there."""
    server = urlsplit(document["servers"][0]["url"]).path.rstrip("/") if document.get("servers") else ""
    wanted = f"/api/v1/auth/{name}/"
    for path, item in document["paths"].items():
        if (path if path.startswith("/api/") else f"{server}{path}") == wanted and "post" in item:
            return item["post"]
    return fail(expected=f"POST {wanted} in the document", observed="no such operation")


@check("defences.openapi")
@pytest.mark.parametrize("name", list(OPERATIONS))
def test_operations_of_accounts(document, name):
    """Each operation of tasks 1 to 3 has a name, a summary, a tag, its body, and every status of the brief."""
    found = operation(document, name)
    for member in ("operationId", "summary"):
        value = found.get(member)
        expect_that(isinstance(value, str) and value.strip(), expected=f"`{member}` of {name}", observed=value)
    expect_that(bool(found.get("tags")), expected=f"at least one entry in `tags` of {name}", observed="none")
    lacking = sorted(OPERATIONS[name] - set(map(str, found.get("responses", {}))))
    wanted = f"{', '.join(sorted(OPERATIONS[name]))} among the responses of {name}"
    expect_that(not lacking, expected=wanted, observed=f"without {', '.join(lacking)}")
    if name not in WITHOUT_A_BODY:
        content = found.get("requestBody", {})
        expect_that(bool(content), expected=f"`requestBody` of {name}", observed="none")


@check("defences.openapi")
def test_tokens_are_a_security_scheme(document):
    """Tokens are a scheme of type `http`, `bearer`, which operations name that need to know who asks."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    bearer = {
        name
        for name, one in schemes.items()
        if one.get("type") == "http" and str(one.get("scheme")).lower() == "bearer"
    }
    expect_that(bool(bearer), expected="a security scheme of type `http`, `bearer`", observed=sorted(schemes))
    for name in OPERATIONS:
        needed = operation(document, name).get("security", document.get("security", []))
        if name in FOR_EVERYBODY:
            free = not needed or {} in needed
            expect_that(free, expected=f"`security` of {name} without a scheme, or with `{{}}`", observed=needed)
        else:
            named = {scheme for one in needed for scheme in one}
            expect_that(bearer & named, expected=f"the bearer scheme in `security` of {name}", observed=needed)
            expect({} in needed, equal_to=False, because=f"nobody may use {name} without authentication")
    listed = [one for path, item in document["paths"].items() if path.endswith("/users/me/") for one in [item["get"]]]
    named = {
        scheme for one in listed for entry in one.get("security", document.get("security", [])) for scheme in entry
    }
    expect_that(bearer & named, expected="the bearer scheme in `security` of GET /users/me/", observed=sorted(named))
