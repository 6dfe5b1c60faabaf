"""Task 8: what the OpenAPI document has in it, and what its pages load."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from grader.checkpoint import check, expect, expect_that

AS_JSON = {"Accept": "application/vnd.oai.openapi+json"}
COLLECTIONS = ("posts", "comments", "categories", "tags", "users")
CHANGED = {"401", "403", "404", "412", "429"}
SENT = {"400", "401", "403", "415", "429"}
LOADS = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("object", "data"), ("embed", "src")}
# The page of ReDoc that is given asks for its fonts there, whatever the settings say.
GIVEN = {"/redoc/": {"fonts.googleapis.com", "fonts.gstatic.com"}}
ELSEWHERE = re.compile(r"""(?:url\(|@import|src\s*=|href\s*=|fetch\()\s*["']?((?:https?:)?//[^"')\s]+)""", re.I)


def operations():
    """What a sentence of the brief gives each operation: method and path, and its statuses."""
    for name in COLLECTIONS:
        closed = {"401", "403"} if name == "users" else set()
        beyond = {"404"} if name in ("posts", "comments", "users") else set()
        yield f"GET /{name}/", {"200", "304", "400", "429"} | closed | beyond
        yield f"POST /{name}/", {"201"} | SENT | ({"409", "422"} if name == "comments" else set())
        yield f"GET /{name}/{{}}/", {"200", "304", "404", "429"} | closed
        for method in ("PUT", "PATCH"):
            yield f"{method} /{name}/{{}}/", {"200"} | SENT | CHANGED
        yield f"DELETE /{name}/{{}}/", {"204"} | CHANGED | ({"409"} if name == "users" else set())
    yield "POST /posts/{}/publish/", {"200", "400"} | CHANGED
    yield "POST /posts/{}/unpublish/", {"200"} | CHANGED
    yield "POST /comments/{}/approve/", {"200"} | CHANGED
    yield "POST /comments/{}/reject/", {"200"} | CHANGED
    yield "GET /users/me/", {"200", "304", "401", "429"}
    yield "PATCH /users/me/", {"200", "412"} | SENT


@pytest.fixture
def document(api):
    """The document, as JSON."""
    return api.get("/schema/", headers=AS_JSON).expect(200).object()


def described(document):
    """Every operation of the document by method and full path, parameters without their names."""
    server = urlsplit(document["servers"][0]["url"]).path.rstrip("/") if document.get("servers") else ""
    found = {}
    for path, item in document["paths"].items():
        whole = path if path.startswith("/api/") else f"{server}{path}"
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                found[f"{method.upper()} {re.sub(r'{[^}]*}', '{}', whole)}"] = operation
    return found


@check("api.documents")
def test_every_operation(document):
    """The document has every operation of task 1, with every status that the brief gives it."""
    found = described(document)
    for name, statuses in operations():
        method, path = name.split(" ")
        operation = found.get(f"{method} /api/v1{path}")
        expect_that(
            operation is not None, expected=f"{method} /api/v1{path} in the document", observed="no such operation"
        )
        lacking = statuses - set(map(str, operation["responses"]))
        wanted = f"{', '.join(sorted(statuses))} among the responses of {method} /api/v1{path}"
        expect_that(not lacking, expected=wanted, observed=f"without {', '.join(sorted(lacking))}")


@check("api.documents")
def test_no_path_without_a_number(document):
    """Below `/api/` the document has no path without a number."""
    stray = [name for name in described(document) if re.search(r" /api/(?!v\d+/)", name)]
    expect(stray, equal_to=[], because="operations below /api/ without the version")


@check("api.documents")
def test_every_operation_has_a_name(document):
    """Every operation has an `operationId` of its own, a `summary`, a tag, and says whom it is for."""
    found = described(document)
    for name, operation in found.items():
        for member in ("operationId", "summary"):
            value = operation.get(member)
            right = isinstance(value, str) and bool(value.strip())
            expect_that(right, expected=f"`{member}` of {name}", observed=value)
        expect_that(bool(operation.get("tags")), expected=f"at least one entry in `tags` of {name}", observed="none")
    names = [operation["operationId"] for operation in found.values()]
    twice = sorted({name for name in names if names.count(name) > 1})
    expect(twice, equal_to=[], because="each `operationId` stands at one operation")


@check("api.documents")
def test_yaml_as_well(api):
    """Who does not ask for JSON gets YAML or JSON, and the same below `/api/`."""
    for version in ("v1", ""):
        answer = api.get("/schema/", version=version).expect(200)
        right = re.search(r"""^\s*["{\s]*"?openapi"?\s*:\s*["']?3\.""", answer.text, re.M) is not None
        expect_that(right, expected=f"an OpenAPI 3 document for {answer.asked}", observed=answer.text[:80])


class Loaded(HTMLParser):
    """What a page loads, and the texts of its scripts and styles."""

    def __init__(self):
        super().__init__()
        self.found, self.inline, self._within = [], [], ""

    def handle_starttag(self, tag, attrs):
        """Notes what the element loads."""
        self._within = tag
        self.found += [value for name, value in attrs if (tag, name) in LOADS and value]

    def handle_endtag(self, tag):
        """The element is over."""
        self._within = ""

    def handle_data(self, data):
        """Notes scripts and styles."""
        if self._within in ("script", "style"):
            self.inline.append(data)


@check("api.documents")
def test_what_the_pages_load(api):
    """`/api/v1/docs/` is Swagger UI, `/api/v1/redoc/` is ReDoc; they load nothing from another host."""
    for path, name in (("/docs/", "swagger"), ("/redoc/", "redoc")):
        page = api.get(path, headers={"Accept": "text/html"}).expect(200)
        loaded = Loaded()
        loaded.feed(page.text)
        own = [target for target in loaded.found if not target.startswith("data:")]
        expect_that(
            name in page.text.lower() and bool(own), expected=f"{name} at /api/v1{path}, with a script", observed=own
        )
        for target in own:
            place = urlsplit(urljoin(f"https://localhost/api/v1{path}", target))
            if place.hostname in GIVEN.get(path, ()):
                continue
            here = place.hostname == "localhost"
            expect_that(here, expected=f"nothing from another host at /api/v1{path}", observed=target)
            way = place.path + (f"?{place.query}" if place.query else "")
            # Static files are collected when an image is built; here only the project's own views answer.
            answer = api.get(way, version=None, headers={"Accept": "*/*"})
            if answer.status_code == 200 and len(answer.body) < 50_000:
                loaded.inline.append(answer.text)
        stray = [found for text in loaded.inline for found in ELSEWHERE.findall(text)]
        stray = [target for target in stray if urlsplit(target).hostname not in ("localhost", None)]
        expect(stray, equal_to=[], because=f"scripts and styles of /api/v1{path} load nothing from another host")
