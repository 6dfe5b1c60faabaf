"""Task 1: strict types, and that what a body names exists."""

from dataclasses import replace

import pytest

from grader.checkpoint import FieldRefusals, check


@pytest.fixture
def refused(api):
    """``refused(answer, "title")``: it is a 400 on that field, in whatever form; ``None`` stands for any."""
    return FieldRefusals(api)


TEXTS = (5, 1.5, True, None, [], ["x"], {}, {"a": "b"})
WRONG = {
    "posts": {
        "title": TEXTS,
        "body": TEXTS,
        "category": (5, True, [], {}, "there-is-none", "No Slug!"),
        "tags": ({}, {"0": "x"}, "x", 5, None, True, [5], [None], [[]], ["there-is-none"]),
    },
    "comments": {"body": TEXTS, "post": ("7", True, False, None, [], {}, 1.5, -1, 0, 99_999_999, 10**30, "x")},
    "categories": {"name": TEXTS, "description": TEXTS},
    "tags": {"name": TEXTS},
    "users": {
        "username": TEXTS,
        "email": TEXTS,
        "first_name": TEXTS,
        "last_name": TEXTS,
        "role": TEXTS,
        "is_active": ("true", "false", "", 1, 0, None, [], {}, "yes"),
    },
}


@check("api.types")
@pytest.mark.parametrize(("name", "field"), [(name, field) for name, fields in WRONG.items() for field in fields])
def test_types_are_strict(api, body, some, rng, refused, unchanged, name, field):
    """A value of another type is refused with 400 on its field, in what is new and in a change."""
    right = body(name)
    row = some(name)
    same = unchanged()
    for wrong in WRONG[name][field]:
        refused(api.post(f"/{name}/", as_="admin", json=right | {field: wrong}), field)
        if (name, field) != ("comments", "post"):
            refused(api.patch(f"/{name}/{row.id}/", as_="admin", json={field: wrong}), field)
    same("a value of another type")
    api.post(f"/{name}/", as_="admin", json=right).expect(201)


@check("api.types")
def test_other_types_of_what_exists(api, db, rows, rng, refused, unchanged):
    """A number is no slug, a text no id and an object no list, also where there is a row that it would name."""
    number = rng.randrange(1_000, 10_000)
    slug = str(number)
    rows.category(slug=slug), rows.tag(slug=slug)
    out, own = rows.posts([{"state": "out"}, {"author": "contributor"}])
    if not db.count("posts_post", id=1):  # which `true` would name
        db.execute("UPDATE public.posts_post SET id = 1 WHERE id = %s", (out.id,))
        out = replace(out, id=1)
    wrong = {
        "category": (number, [slug], {"slug": slug}),
        "tags": ([number], slug, {slug: True}, [[slug]], [{"slug": slug}]),
    }
    same = unchanged()
    for field, values in wrong.items():
        for value in values:
            sent = {"title": rng.title(), field: value}
            refused(api.post("/posts/", as_="contributor", json=sent), field)
            refused(api.patch(f"/posts/{own.id}/", as_="contributor", json={field: value}), field)
    for value in (str(out.id), f" {out.id} ", f"{out.id}.0", out.id + 0.5, [out.id], {"id": out.id}, True):
        refused(api.post("/comments/", as_="reader", json={"post": value, "body": "x"}), "post")
    same("a value of another type")
    sent = {"title": rng.title(), "category": slug, "tags": [slug]}
    api.post("/posts/", as_="contributor", json=sent).expect(201)
    api.post("/comments/", as_="reader", json={"post": out.id, "body": "x"}).expect(201)


@check("api.types")
def test_slugs_and_no_other_names(api, rows, rng, refused, unchanged):
    """A category or tag is named by its slug as it is written: by its name, or in capitals, there is none."""
    word = rng.word()
    kind, tag = rows.category(slug=f"{word}-a"), rows.tag(slug=f"{word}-b", name=f"{word} name")
    same = unchanged()
    for field, value in (
        ("category", kind.slug.upper()),
        ("category", kind.name),
        ("tags", [tag.slug.upper()]),
        ("tags", [tag.name]),
    ):
        refused(api.post("/posts/", as_="contributor", json={"title": rng.title(), field: value}), field)
    same("a slug that there is not")
    sent = {"title": rng.title(), "category": kind.slug, "tags": [tag.slug]}
    api.post("/posts/", as_="contributor", json=sent).expect(201)


@check("api.types")
def test_texts_may_be_empty(api, db, rows, rng):
    """A text that is not required may be empty: a description, an e-mail address, first and last name."""
    category, user = rows.category(description=rng.word()), rows.user(first_name="x", last_name="x")
    for table, row, path, fields in (
        ("posts_category", category, "/categories/", ("description",)),
        ("accounts_user", user, "/users/", ("email", "first_name", "last_name")),
    ):
        empty = dict.fromkeys(fields, "")
        api.patch(f"{path}{row.id}/", as_="admin", json=empty).expect(200)
        assert db.one(table, *fields, id=row.id) == empty
        named = {"name": rng.word()} if path == "/categories/" else {"username": rng.word()}
        api.post(path, as_="admin", json=named | empty).expect(201)
    api.patch("/users/me/", as_="reader", json={"first_name": "", "last_name": ""}).expect(200)


@check("api.types")
def test_values_that_are_right(api, rows, rng):
    """`null` is a category, an empty list tags; an empty category is one of none, or refused."""
    for fields in ({"category": None}, {"tags": []}, {"body": ""}):
        api.post("/posts/", as_="contributor", json={"title": rng.title()} | fields).expect(201)
    post = rows.post(category=rows.category())
    answer = api.patch(f"/posts/{post.id}/", as_="contributor", json={"category": ""}).expect(200, 400)
    if answer.status_code == 200:
        assert answer.object().get("category") is None
    assert (
        api.patch(f"/posts/{post.id}/", as_="contributor", json={"category": None}).expect(200).object()["category"]
        is None
    )


@check("api.types")
@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_types_of_ones_own_account(api, rng, refused, unchanged, field):
    """At `/users/me/` a name is a text, too."""
    same = unchanged()
    for wrong in TEXTS:
        refused(api.patch("/users/me/", as_="reader", json={field: wrong}), field)
    same("a value of another type")
    word = rng.word()
    assert api.patch("/users/me/", as_="reader", json={field: word}).expect(200).object()[field] == word


@check("api.types")
@pytest.mark.parametrize("name", list(WRONG))
def test_a_body_is_an_object(api, some, unchanged, name):
    """A body that is JSON and no object is a 400."""
    row = some(name)
    same = unchanged()
    for wrong in ([], "x", 5, True, None, [{"title": "x"}]):
        api.post(f"/{name}/", as_="admin", json=wrong).expect(400)
        api.patch(f"/{name}/{row.id}/", as_="admin", json=wrong).expect(400)
    same("a body that is no object")
