"""Task 5: changes that hold only for what somebody has seen: If-Match, every way to say a tag and every method."""

import pytest

from grader.checkpoint import check, stored_rows

COLLECTIONS = ("posts", "comments", "categories", "tags", "users")
# What the headers hold, by words; `{tag}` is the present one.
NAMED = {"alone": "{tag}", "first of several": '{tag}, "other"', "last of several": '"other", "else",{tag}', "any": "*"}
NOT_NAMED = {
    "another": '"other"',
    "several others": '"other", "else"',
    "part of it": '"{inner}x"',
    "a star in quotes": '"*"',
}
NO_MATCH = NOT_NAMED | {
    "a weak one": "W/{tag}",
    "a weak one among others": '"other", W/{tag}',
    "without its quotes": "{inner}",
    "in other quotes": "'{inner}'",
}


ACTIONS = {"posts": ("unpublish/", "publish/"), "comments": ("reject/", "approve/")}


def written(template, tag):
    """A header about a tag."""
    return template.format(tag=tag, inner=tag.strip('"'))


def requests(name, path, changes):
    """Every change of one object: method, path and body."""
    whole = changes(name) | ({"username": f"u{changes(name)['first_name']}"} if name == "users" else {})
    found = [("PUT", path, whole), ("PATCH", path, changes(name)), ("DELETE", path, None)]
    return [("POST", f"{path}{action}", None) for action in ACTIONS.get(name, ())] + found


def asked(api, request, tag, template, who="admin"):
    """The answer to a change with this If-Match."""
    method, path, body = request
    body = {} if body is None else {"json": body}
    return api.request(method, path, as_=who, headers={"If-Match": written(template, tag)}, **body)


@check("api.if-match", seconds=90)
@pytest.mark.parametrize("name", ["posts", "comments"])
def test_what_does_not_match(api, db, paths, changes, tag_of, name):
    """Other tags, weak ones and what is no tag are 412 to every change of an object, and nothing has changed."""
    path = paths(name)
    tag, before = tag_of(path), stored_rows(db)
    for request in requests(name, path, changes):
        for template in NO_MATCH.values():
            if not request[1].endswith(("/publish/", "/approve/")):
                asked(api, request, tag, template).expect(412)
    assert stored_rows(db) == before


@check("api.if-match", seconds=90)
def test_old_tags(api, db, paths, changes, tag_of):
    """An old tag and a weak one are 412 to every change of any object, and nothing has changed."""
    for name in COLLECTIONS:
        path = paths(name)
        old = tag_of(path)
        first = requests(name, path, changes)[0] if name in ACTIONS else ("PATCH", path, changes(name))
        asked(api, first, old, "{tag}").expect(200)
        tag, before = tag_of(path), stored_rows(db)
        for request in requests(name, path, changes):
            if request != first:
                asked(api, request, old, "{tag}").expect(412)
                asked(api, request, tag, "W/{tag}").expect(412)
        assert stored_rows(db) == before


@check("api.if-match", seconds=90)
def test_what_matches(api, paths, changes, tag_of, rng):
    """With the present tag, alone or in a list, and with `*` every change is done."""
    for name in COLLECTIONS:
        path = paths(name)
        templates = rng.sample(list(NAMED.values()), k=4) * 2
        for request, template in zip(requests(name, path, changes), templates, strict=False):
            asked(api, request, tag_of(path), template).expect(200, 204)
        api.get(path, as_="admin").expect(404)


@check("api.if-match", seconds=90)
def test_ones_own_account(api, db, rng, tag_of):
    """`PATCH /users/me/` is held against the ETag of `GET /users/me/`."""
    old, first, second = tag_of("/users/me/", as_="reader"), rng.word(), rng.word()
    me = ("PATCH", "/users/me/", {"first_name": first})
    asked(api, me, old, "{tag}", "reader").expect(200)
    for template in (old, *NO_MATCH.values()):
        late = ("PATCH", "/users/me/", {"first_name": second})
        asked(api, late, tag_of("/users/me/", as_="reader"), template, "reader").expect(412)
    assert db.one("accounts_user", "first_name", id=api.people["reader"].id)["first_name"] == first


@check("api.if-match", seconds=90)
def test_what_others_have_changed(api, db, rows, rng, tag_of):
    """What shows in an object and was changed elsewhere makes the tag an old one: a tag, the author's name."""
    author, tag = rows.user(), rows.tag()
    post = rows.post(state="out", author=author, tags=[tag])
    path, title = f"/posts/{post.id}/", rng.word()
    for method, other, body in (
        ("DELETE", f"/tags/{tag.id}/", None),
        ("PATCH", f"/users/{author.id}/", {"username": rng.word()}),
        ("POST", f"{path}unpublish/", None),
    ):
        old = tag_of(path)
        api.request(method, other, as_="admin", **({} if body is None else {"json": body})).expect(200, 204)
        api.patch(path, as_="editor", json={"title": title}, headers={"If-Match": old}).expect(412)
    assert db.one("posts_post", "title", id=post.id)["title"] == post.title


@check("api.if-match", seconds=90)
def test_where_nothing_is_compared(api, rows, paths, changes, rng):
    """Without If-Match, and in a POST to a collection, nothing is compared; of a row that does not exist it is 404."""
    for name in COLLECTIONS:
        body = changes(name)
        api.patch(paths(name), as_="admin", json=body).expect(200)
        new = {"comments": lambda: {"post": rows.post(state="out").id}, "users": lambda: {"username": rng.word()}}
        made = changes(name) | new.get(name, dict)()
        if name == "users":
            made["email"] = f"{rng.word()}@example.com"
        api.post(f"/{name}/", as_="admin", json=made, headers={"If-Match": '"other"'}).expect(201)
        api.patch(f"/{name}/99999999/", as_="admin", json=body, headers={"If-Match": "*"}).expect(404)
