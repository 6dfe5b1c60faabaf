"""Task 3: a 400 names each field that is wrong, or the parameter. Which values are wrong is for others to judge."""

import pytest

from grader.checkpoint import check, expect_that

MISSING = 99_999_999


def entries(answer, place):
    """The `errors` of a 400, each as the brief says; `place` is "pointer" or "parameter"."""
    found = answer.problem(400).get("errors")
    where = f"`errors` of the 400 for {answer.asked}"
    expect_that(isinstance(found, list) and bool(found), expected=f"a list of objects as {where}", observed=found)
    other = {"pointer": "parameter", "parameter": "pointer"}[place]
    for entry in found:
        whole = isinstance(entry, dict) and all(type(entry.get(name)) is str for name in ("detail", "code", place))
        expect_that(whole, expected=f"`detail`, `code` and `{place}` as texts in each of the {where}", observed=entry)
        expect_that(other not in entry, expected=f"no `{other}` in the {where}", observed=entry)
    return [entry[place] for entry in found]


def names(answer, fields):
    """Fails unless each of the fields is pointed at, and nothing that is right; an answer of 2xx is not judged."""
    if answer.status_code < 400:
        return False
    found = entries(answer, "pointer")
    where = f"the `errors` for {answer.asked}"
    for field in fields:
        hit = any(pointer in places(field) for pointer in found)
        expect_that(hit, expected=f"{places(field)[-1]} among {where}", observed=", ".join(found))
    right = {place for field in fields for place in places(field)} | {"#"}
    stray = [pointer for pointer in found if pointer not in right]
    expect_that(not stray, expected=f"nothing but {', '.join(fields)} in {where}", observed=", ".join(stray))
    return True


def places(field):
    """How a field may be pointed at: `tags/1` by itself, or by the list that it is in."""
    return list(dict.fromkeys([f"#/{field}", f"#/{field.partition('/')[0]}"]))


def require(refused, what):
    """Fails unless at least one of the answers was a 400: otherwise nothing was seen."""
    expect_that(any(refused), expected=f"400 for {what}", observed="all of it was accepted")


@check("api.field-errors")
def test_fields_of_posts(api, rows, rng):
    """Every wrong field of a post has an entry: title, category, and the tag in its list."""
    tag, none = rows.tag().slug, rng.slug()
    wrong = [
        ({}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"title": "x" * 201, "body": rng.sentence()}, ["title"]),
        ({"title": rng.title(), "category": none}, ["category"]),
        ({"title": rng.title(), "tags": [none]}, ["tags/0"]),
        ({"title": rng.title(), "tags": [tag, none]}, ["tags/1"]),
        ({"title": "", "category": none, "tags": [tag]}, ["title", "category"]),
        ({"title": "x" * 201, "category": none, "tags": [none]}, ["title", "category", "tags/0"]),
    ]
    path = f"/posts/{rows.post(author='contributor').id}/"
    seen = [names(api.post("/posts/", as_="contributor", json=body), fields) for body, fields in wrong]
    seen += [names(api.put(path, as_="contributor", json=body), fields) for body, fields in wrong]
    seen += [names(api.patch(path, as_="contributor", json=body), fields) for body, fields in wrong if body]
    seen += [names(api.post("/posts/", as_="contributor", json=wrong[-1][0], version=""), wrong[-1][1])]
    require(seen, "posts with wrong fields")


@check("api.field-errors")
def test_fields_of_comments(api, rows, rng):
    """Every wrong field of a comment has an entry: the post that is not there or not out, and the body."""
    draft, out = rows.post(author="contributor").id, rows.post(state="out").id
    wrong = [
        ({}, ["post", "body"]),
        ({"post": out}, ["body"]),
        ({"body": rng.sentence()}, ["post"]),
        ({"post": MISSING, "body": rng.sentence()}, ["post"]),
        ({"post": draft, "body": rng.sentence()}, ["post"]),
        ({"post": out, "body": "x" * 5001}, ["body"]),
        ({"post": MISSING, "body": ""}, ["post", "body"]),
    ]
    seen = [names(api.post("/comments/", as_="reader", json=body), fields) for body, fields in wrong]
    own = rows.comment(status="approved").id
    seen += [names(api.patch(f"/comments/{own}/", as_="reader", json={"body": ""}), ["body"])]
    seen += [names(api.put(f"/comments/{own}/", as_="reader", json={}), ["body"])]
    gone = rows.comment(status="approved", post_state="archived").id
    seen += [names(api.patch(f"/comments/{gone}/", as_="reader", json={"body": rng.sentence()}), ["post"])]
    require(seen, "comments with wrong fields")


@check("api.field-errors")
def test_fields_of_labels(api, rows, rng):
    """A wrong name of a category or tag has an entry, and nothing beside it."""
    seen = []
    for path, longest, row in (("/categories/", 100, rows.category()), ("/tags/", 50, rows.tag())):
        taken = rows.tag() if path == "/tags/" else rows.category()
        for body in ({}, {"name": ""}, {"name": "x" * (longest + 1)}, {"name": taken.name}):
            seen.append(names(api.post(path, as_="editor", json=body), ["name"]))
            seen.append(names(api.put(f"{path}{row.id}/", as_="editor", json=body), ["name"]))
    require(seen, "categories and tags with wrong names")


@check("api.field-errors")
def test_fields_of_accounts(api, rows, rng):
    """Every wrong field of an account has an entry: name, address and role."""
    other = rows.user()
    wrong = [
        ({}, ["username"]),
        ({"username": other.username}, ["username"]),
        ({"username": f"{rng.word()} {rng.word()}"}, ["username"]),
        ({"username": rng.word(), "email": rng.word()}, ["email"]),
        ({"username": rng.word(), "role": rng.word()}, ["role"]),
        ({"username": rng.word(), "is_active": rng.word()}, ["is_active"]),
        ({"username": "", "email": rng.word(), "role": rng.word()}, ["username", "email", "role"]),
    ]
    path = f"/users/{rows.user().id}/"
    seen = [names(api.post("/users/", as_="admin", json=body), fields) for body, fields in wrong]
    seen += [names(api.patch(path, as_="admin", json=body), fields) for body, fields in wrong if body]
    own = f"/users/{api.people['admin'].id}/"
    seen += [names(api.patch(own, as_="admin", json={"role": "reader"}), ["role"])]
    seen += [names(api.patch("/users/me/", as_="reader", json={"first_name": None}), ["first_name"])]
    require(seen, "accounts with wrong fields")


@check("api.field-errors")
def test_a_post_that_cannot_go_out(api, rows):
    """What an action misses has an entry for the field that is missing: a post without a body is not published."""
    path = f"/posts/{rows.post(author='contributor', body='').id}/publish/"
    names(api.post(path, as_="contributor"), ["body"])


@pytest.fixture
def whole(api):
    """Fails unless the answer to a body that is no object is a 400 that points, if at anything, at all of it."""

    def judge(body, **how):
        answer = api.request(body=body, headers={"Content-Type": "application/json"}, **how).expect(400)
        if "errors" in answer.problem():
            found = entries(answer, "pointer")
            expect_that("#" in found, expected=f"# as the pointer for {answer.asked}", observed=", ".join(found))

    return judge


@check("api.field-errors")
def test_bodies_that_are_no_object(whole, rows):
    """JSON that is no object is a 400; what it points at is the body as a whole."""
    path = f"/tags/{rows.tag().id}/"
    for body in (b"[]", b'["name"]', b'"name"', b"7", b"true"):
        whole(body, method="POST", path="/tags/", as_="editor")
        whole(body, method="PUT", path=path, as_="editor")
        whole(body, method="PATCH", path=path, as_="editor")


PARAMETERS = {
    "/posts/": {"page": ("0", "first"), "page_size": ("0", "101"), "status": ("none",), "published_after": ("2026",)},
    "/comments/": {"post": ("x",), "page_size": ("0", "101"), "status": ("none",)},
    "/categories/": {"limit": ("0", "101"), "offset": ("-1",)},
    "/tags/": {"limit": ("0", "101"), "offset": ("-1",)},
    "/users/": {"page": ("0",), "role": ("none",), "is_active": ("1", "True"), "ordering": ("none",)},
}


@check("api.field-errors")
def test_parameters(api):
    """A 400 for a parameter names it, below `/api/` as well; of several that are wrong at least one is named."""
    refused = []
    for path, wrong in PARAMETERS.items():
        for version in ("v1", "") if path == "/tags/" else ("v1",):
            answers = [
                (name, api.get(f"{path}?{name}={value}", as_="admin", version=version))
                for name, values in wrong.items()
                for value in values
            ]
            answers.append(("", api.get(f"{path}?{'&'.join(f'{n}={v[0]}' for n, v in wrong.items())}", as_="admin")))
            for name, answer in answers:
                if answer.status_code == 400:
                    found, wanted = entries(answer, "parameter"), {name} if name else set(wrong)
                    right = bool(found) and set(found) <= wanted
                    expect_that(right, expected=f"{' or '.join(wanted)} named for {answer.asked}", observed=found)
                    refused.append(answer)
    require(refused, "a page that is none, or a state that is none")
