"""Task 3: whatever somebody sends, the answer is no 500."""

import pytest

from grader.checkpoint import check, expect, expect_that, stored_rows

JSON = {"Content-Type": "application/json"}
NO_JSON = (
    b"",
    b'{"name": "%s"',
    b"{'name': '%s'}",
    b'{"name": "%s",}',
    b'{"name": "%s", "x": NaN}',
    b'{"name": "%s", "x": Infinity}',
    b'{"name": "%s", "x": -Infinity}',
    b'{"name": "%s", "x": 01}',
    b'{"name": "%s\n"}',
    b'{"name": "%s"} {}',
    b'{"name": "%s", "x": "\xe9"}',
    b'{"name": "%s", "x": "\xed\xa0\x80"}',
    b'{"name": "%s", "x": undefined}',
    b"name=%s",
    b"[" * 100_000,
)
MEDIA = ("application/x-www-form-urlencoded", "text/plain", "application/xml", "application/merge-patch+json")


def texts(rows, rng, odd):
    """Bodies with an odd text in each field that is one, by method, path and who sends them."""
    post, comment = rows.post(author="contributor"), rows.comment(post=rows.post(state="out"))
    word, title = f"{rng.word()}{odd}", f"{rng.title()}{odd}"
    for method, path in (("POST", "/posts/"), ("PATCH", f"/posts/{post.id}/")):
        yield method, path, "contributor", {"title": title}
        yield method, path, "contributor", {"title": rng.title(), "body": word}
        yield method, path, "contributor", {"title": rng.title(), "category": word}
        yield method, path, "contributor", {"title": rng.title(), "tags": [word]}
    yield "PUT", f"/posts/{post.id}/", "contributor", {"title": title}
    yield "POST", "/comments/", "reader", {"post": comment.post_id, "body": word}
    yield "PATCH", f"/comments/{comment.id}/", "reader", {"body": word}
    yield "POST", "/categories/", "editor", {"name": word}
    yield "POST", "/categories/", "editor", {"name": rng.word(), "description": word}
    yield "PATCH", f"/tags/{rows.tag().id}/", "editor", {"name": word}
    yield "PATCH", "/users/me/", "reader", {"first_name": word}
    for field in ("username", "first_name", "last_name", "email", "role"):
        yield "POST", "/users/", "admin", {"username": rng.word(), field: word}


def judge_texts(api, rows, db, rng, odd):
    """Every text with these characters in it is a 400, and nothing is stored."""
    cases = list(texts(rows, rng, odd))
    before = stored_rows(db)
    for method, path, who, body in cases:
        api.request(method, path, as_=who, json=body).expect(400)
    key = {"Idempotency-Key": rng.slug()}
    api.post("/comments/", as_="reader", json={"post": 1, "body": f"a{odd}"}, headers=key).expect(400)
    expect_that(stored_rows(db) == before, expected="no row changed by what was refused", observed="rows changed")


@check("api.odd-input")
def test_nul_characters(api, rows, db, rng):
    """A NUL character in a text or a slug is a 400, wherever one may be sent."""
    judge_texts(api, rows, db, rng, "\0")


@check("api.odd-input")
def test_halves_of_pairs(api, rows, db, rng):
    """Either half of a surrogate pair is a 400, wherever a text may be sent; a whole pair is a character."""
    judge_texts(api, rows, db, rng, rng.choice(("\ud800", "\udbff")))
    judge_texts(api, rows, db, rng, rng.choice(("\udc00", "\udfff")))
    body = b'{"title": "%s \\ud83d\\ude00"}' % rng.word().encode()
    title = api.post("/posts/", as_="contributor", body=body, headers=JSON).expect(201).object().get("title")
    expect_that(str(title).endswith("\U0001f600"), expected="a title that ends in \U0001f600", observed=title)


@check("api.odd-input")
def test_odd_parameters(api, rng):
    """A NUL character in a parameter is a 400; no parameter and no path is answered by a 500."""
    named = {
        "/posts/": "status author category tag published_after search ordering page page_size",
        "/comments/": "post author status page_size",
        "/categories/": "limit offset",
        "/users/": "role is_active search ordering page",
    }
    for path, names in named.items():
        for name in names.split():
            api.get(f"{path}?{name}=a%00", as_="admin").expect(400)
            for odd in rng.sample(("%FF", "%ED%A0%80", "%", "9" * 30, "-9223372036854775809", "%F0%9F%98%80"), 2):
                no_crash(api.get(f"{path}?{name}={odd}", as_="admin"))
    for odd in ("%00", "%FF", "AAAA", "cD05OTk5OTk5OTk5OTk5OTk5OTk5", "bz0xJnI9MSZwPWE%3D"):
        no_crash(api.get(f"/comments/?cursor={odd}"))
    for name in ("posts", "comments", "categories", "tags", "users"):
        for odd in ("%00", "%FF", "9" * 19, "9" * 40):
            no_crash(api.get(f"/{name}/{odd}/", as_="admin"))
    no_crash(api.get("/tags/?%00=1&%FF=%FF"))


def no_crash(answer):
    """Fails if it is a 500 or above."""
    expect_that(answer.status_code < 500, expected=f"no 500 for {answer.asked}", observed=answer.status_code)


@pytest.fixture
def refused(api, rng):
    """Sends a body, ``%s`` in it a free name, to a collection of names; fails unless that is a 400 without `errors`."""

    def send(body):
        body = body.replace(b"%s", rng.word().encode())
        answer = api.post("/tags/", as_="editor", body=body, headers=JSON).expect(400)
        found = answer.object()
        expect_that("errors" not in found, expected=f"no `errors` for {answer.asked}", observed=found.get("errors"))

    return send


@check("api.odd-input")
def test_bodies_that_are_no_json(api, refused, db, rng):
    """What is not JSON by RFC 8259, or not in UTF-8, is a 400 without `errors`, and stores nothing."""
    before = stored_rows(db)
    for body in NO_JSON[1:]:
        refused(body)
    for coding in ("utf-16", "utf-16-le", "utf-32-be", "latin-1"):
        refused(f'{{"name": "{rng.word()} \u00e9"}}'.encode(coding))
    expect_that(stored_rows(db) == before, expected="no row made from what is not JSON", observed="rows changed")
    for odd in (NO_JSON[0], b'{"name": "a", "name": "b"}', b"\xef\xbb\xbf{}"):
        no_crash(api.post("/tags/", as_="editor", body=odd, headers=JSON))


@check("api.odd-input")
def test_other_media_types(api, rows, rng):
    """A body in another media type is a 415, and changes nothing; `application/json` may have a charset."""
    tag = rows.tag()
    for kind in MEDIA:
        for method, path in (("POST", "/tags/"), ("PUT", f"/tags/{tag.id}/"), ("PATCH", f"/tags/{tag.id}/")):
            body = b'{"name": "%s"}' % rng.word().encode()
            api.request(method, path, as_="editor", body=body, headers={"Content-Type": kind}).expect(415)
    part = f'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n{rng.word()}\r\n--b--\r\n'.encode()
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    api.post("/tags/", as_="editor", body=part, headers=form).expect(415)
    no_crash(api.post("/tags/", as_="editor", body=part, headers={"Content-Type": "multipart/form-data"}))
    no_crash(api.post("/tags/", as_="editor", body=b"{}", headers={"Content-Type": "a"}))
    expect(api.get(f"/tags/{tag.id}/").object().get("name"), equal_to=tag.name)
    plain = {"Content-Type": "application/json; charset=utf-8"}
    api.post("/tags/", as_="editor", body=b'{"name": "%s"}' % rng.word().encode(), headers=plain).expect(201)


@check("api.odd-input")
def test_deep_bodies(api, db, rng):
    """A body nested 1,000 levels deep or more is a 400; a field that is ignored may be nested 10 levels deep."""
    before = stored_rows(db)
    for levels in (1_000, rng.randrange(1_001, 20_000), 100_000):
        for opened, closed in ((b"[", b"]"), (b'{"a":', b"}")):
            inner = b"1" if opened != b"[" else b""
            nest = opened * (levels - 1) + inner + closed * (levels - 1)
            body = b'{"name": "%s", "x": %s}' % (rng.word().encode(), nest)
            api.post("/tags/", as_="editor", body=body, headers=JSON).expect(400)
            api.post("/tags/", as_="editor", body=b'{"name": %s}' % nest, headers=JSON).expect(400)
    expect_that(stored_rows(db) == before, expected="no row made from what is nested so deep", observed="rows changed")
    for opened, closed, inner in (("[", "]", ""), ('{"a":', "}", "1")):
        nest = opened * 10 + inner + closed * 10
        body = f'{{"name": "{rng.word()}", "{rng.word()}": {nest}}}'.encode()
        api.post("/tags/", as_="editor", body=body, headers=JSON).expect(201)


@check("api.odd-input")
def test_values_of_any_size(api, rows, rng):
    """Numbers and texts of any size, odd names of members and odd headers are not answered by a 500."""
    post = rows.post(state="out").id
    for odd in ("9" * 30, "-9223372036854775809", "9" * 5_000, "1e400", "1E-400", "0.1", '"\\u0000"', '{"a": []}'):
        for path, who, field in (
            ("/comments/", "reader", "post"),
            ("/posts/", "contributor", "category"),
            ("/users/", "admin", "is_active"),
        ):
            whole = {"body": "a", "title": "a", "username": rng.word(), "post": post}
            members = ", ".join(f'"{name}": "{value}"' for name, value in whole.items() if name != field)
            body = f'{{{members}, "{field}": {odd}}}'.encode()
            no_crash(api.post(path, as_=who, body=body, headers=JSON))
    for name in (b"\\u0000", b"\\ud800", b"__class__", b"", b"x" * 10_000):
        body = b'{"name": "%s", "%s": 1}' % (rng.word().encode(), name)
        no_crash(api.post("/tags/", as_="editor", body=body, headers=JSON))
    no_crash(api.post("/tags/", as_="editor", json={"name": "x" * 1_000_000}))
    for odd in ('"', 'W/"', "*, *", "\xff", "a=\xe9; b", ";;;,,,"):
        for name in ("If-None-Match", "Accept", "Cookie"):
            no_crash(api.get(f"/posts/{post}/", headers={name: odd}))
        no_crash(api.patch(f"/posts/{post}/", as_="editor", json={}, headers={"If-Match": odd}))
        no_crash(api.post("/comments/", as_="reader", json={}, headers={"Idempotency-Key": odd}))
