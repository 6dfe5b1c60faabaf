"""What every check of this module stands on, beside the server, the people and the rows of the kit."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from grader.checkpoint import PermissionWalk, expect_that, fail, load_cells, stored_rows

CELLS = load_cells(Path(__file__).with_name("permissions.toml"))
KINDS = {"posts": "post", "comments": "comment", "categories": "category", "tags": "tag", "users": "user"}
# RFC 3339: a date, a time and an offset.
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# A strong tag by RFC 9110: quoted, without white space and further quotes.
STRONG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"\Z')


@pytest.fixture
def permissions(api, rows, db, rng, artefact):
    """``permissions(wanted)`` asks every cell of the tables of task 2 that ``wanted(cell)`` is true of.

    With ``plain=True`` only the first state of an object in each row.
    """

    def walk(wanted, *, plain=False):
        cells = [cell for cell in CELLS if wanted(cell)]
        if plain:
            first = {}
            for cell in cells:
                first.setdefault((cell.row, cell.operation, cell.role), cell)
            cells = list(first.values())
        PermissionWalk(api, rows, db, rng, artefact).run(cells)

    return walk


@pytest.fixture
def body(rows, rng):
    """``body("posts")`` is what makes a new one of that collection, with nothing but what is required."""

    def make(collection):
        match collection:
            case "posts":
                return {"title": rng.title()}
            case "comments":
                return {"post": rows.post(state="out", author="contributor2").id, "body": rng.sentence()}
            case "users":
                return {"username": rng.word()}
            case _:
                return {"name": rng.word()}

    return make


@pytest.fixture
def some(rows):
    """``some("posts", author="editor")`` is a row of that collection."""
    return lambda collection, **fields: getattr(rows, KINDS[collection])(**fields)


@pytest.fixture
def refused(api):
    """``refused(answer, "title")``: it is a 400 that names that field, and ``refused(answer, None)`` one for any.

    In the words of problem details, or as REST framework has it: how errors look has criteria of its own.
    """

    def check(answer, field):
        answer.expect(400)
        said = answer.json()
        entries = said.get("errors") if isinstance(said, dict) else None
        named = {
            str(one.get("pointer", "")).split("/")[1] for one in _objects(entries) if "/" in str(one.get("pointer"))
        }
        if isinstance(said, dict) and not isinstance(entries, list):
            named |= set(map(str, said))
        if field is not None and field not in named:
            fail(expected=f"400 on `{field}` for {answer.asked}", observed=f"400 on {sorted(named)[:5]}")

    return check


def _objects(entries):
    return [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []


@pytest.fixture
def unchanged(db):
    """``same = unchanged()`` looks now, and ``same("a refusal")`` fails if a row of the five models is another then."""

    def begin():
        before = stored_rows(db)

        def same(what):
            after = stored_rows(db)
            for kind, found in after.items():
                expect_that(
                    found == before[kind],
                    expected=f"{what} changes nothing",
                    observed=f"rows of {kind} are not as they were",
                )

        return same

    return begin


@pytest.fixture
def moment():
    """``moment("2026-01-01T00:00:00Z")`` is that time; fails the check if the text is no time of RFC 3339."""

    def read(text):
        if not isinstance(text, str) or not MOMENT.fullmatch(text):
            fail(expected="a time as RFC 3339 writes it, with an offset", observed=text)
        return datetime.fromisoformat(text.upper())

    return read


@pytest.fixture
def located():
    """``located(answer)`` is the path that its ``Location`` leads to; fails the check if that is on another host."""

    def path(answer):
        found = urlsplit(answer.header("Location"))
        if not found.path.startswith("/") or found.netloc not in ("", "localhost"):
            fail(expected=f"a `Location` on the host that was asked, for {answer.asked}", observed=found.geturl())
        return found.path

    return path


@pytest.fixture
def every(api):
    """``every("/posts/", as_="reader")`` are the objects of all pages of a list."""

    def collect(path, **options):
        found, answer = [], api.get(path, **options).expect(200)
        for _ in range(50):
            page = answer.object()
            results = page.get("results")
            if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
                fail(expected=f"`results`, a list of objects, for {answer.asked}", observed=results)
            found += results
            if not isinstance(page.get("next"), str):
                return found
            link = urlsplit(page["next"])
            more = {name: value for name, value in options.items() if name != "version"}
            answer = api.get(f"{link.path}?{link.query}", version=None, **more).expect(200)
        fail(expected=f"an end of the pages of {path}", observed="more than 50 pages")

    return collect


@pytest.fixture
def tag_of(api):
    """``tag_of(path, as_="admin")`` is the ETag of a GET, which is strong."""

    def ask(path, *, as_="admin", **options):
        answer = api.get(path, as_=as_, **options).expect(200)
        tag = answer.header("ETag")
        expect_that(STRONG.match(tag), expected=f"a strong ETag for {answer.asked}", observed=tag or "no ETag")
        return tag

    return ask


@pytest.fixture
def paths(rows):
    """``paths(collection)`` makes an object that an admin may change and delete, and gives its path."""
    make = {
        "posts": lambda: rows.post(state="out"),
        "comments": lambda: rows.comment(status="approved"),
        "categories": rows.category,
        "tags": rows.tag,
        "users": rows.user,
    }
    return lambda collection: f"/{collection}/{make[collection]().id}/"


@pytest.fixture
def changes(rng):
    """``changes(collection)`` is the body of a PATCH that changes the object."""
    fields = {"posts": "title", "comments": "body", "categories": "name", "tags": "name", "users": "first_name"}
    return lambda collection: {fields[collection]: rng.word()}


@pytest.fixture
def together(db):
    """``together(table, [api.later(...), ...])``: the answers of requests that come at once, in order.

    None of them writes to the table before some have come so far, so that who looks first and writes then is found out.
    """

    def run(table, requests):
        enough, until = min(len(requests), 4), time.monotonic() + 2
        with db.writes_held(table) as held, ThreadPoolExecutor(len(requests)) as pool:
            coming = [pool.submit(request) for request in requests]
            while sum(one.done() for one in coming) + held.waiting() < enough and time.monotonic() < until:
                time.sleep(0.01)
            held.release()
            return [one.result() for one in coming]

    return run


@pytest.fixture
def say(api):
    """``say({"post": 1, "body": "Hello"}, "some key")`` comments with this Idempotency-Key, as ``reader``."""

    def send(body, key, *, as_="reader", to=api, **options):
        return to.post("/comments/", as_=as_, json=body, headers={"Idempotency-Key": key}, **options)

    return send


@pytest.fixture
def replayed():
    """``replayed(first, again)`` fails the check unless the second answer is the first, replayed."""

    def check(first, again):
        again.expect(first.status_code, because="the first answer again")
        assert again.json() == first.json()
        assert again.header("Location") == first.header("Location")
        assert again.header("Idempotency-Replayed") == "true"

    return check


@pytest.fixture
def page(api):
    """``page("/posts/?page=2", as_="editor")`` is a page of a list: ``next``, ``previous`` and ``results``."""

    def ask(path, *, as_="admin"):
        answer = api.get(path, as_=as_).expect(200)
        found = answer.object()
        for name in ("next", "previous"):
            if name not in found or not isinstance(found[name], str | None):
                fail(expected=f"`{name}`, a URL or null, for {answer.asked}", observed=found.get(name, "nothing"))
        results = found.get("results")
        if not isinstance(results, list) or not all(isinstance(one, dict) and "id" in one for one in results):
            fail(expected=f"`results`, a list of objects with an `id`, for {answer.asked}", observed=results)
        return found

    return ask


@pytest.fixture
def leads_to():
    """``leads_to(page["next"])`` is the path below ``/api/v1`` of a link; fails the check if it leads elsewhere."""

    def path(link):
        if link is None:
            fail(expected="a link to another page", observed="null")
        found = urlsplit(link)
        there = found.hostname in (None, "localhost") and found.path.startswith("/api/v1/")
        expect_that(there, expected="a link below /api/v1/ of the host that was asked", observed=link)
        return f"{found.path.removeprefix('/api/v1')}?{found.query}"

    return path


@pytest.fixture
def walk(page, leads_to):
    """``walk("/posts/", as_="editor")`` are the pages from that one on, by ``next``."""

    def pages(path, *, as_="admin"):
        found = [page(path, as_=as_)]
        while found[-1]["next"] is not None:
            if len(found) > 30:
                fail(expected=f"an end of the pages of {path}", observed="30 pages, and another one")
            found.append(page(leads_to(found[-1]["next"]), as_=as_))
        return found

    return pages


@pytest.fixture
def ids_of(page):
    """``ids_of("/posts/", status="draft")`` are the ids on the first page of a list under these parameters."""

    def ids(path, *, as_="admin", **parameters):
        found = page(f"{path}?{urlencode(parameters)}" if parameters else path, as_=as_)
        return [one["id"] for one in found["results"]]

    return ids
