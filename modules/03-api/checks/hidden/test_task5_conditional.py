"""Task 5: conditional requests, every way to say a tag and every method."""

import pytest

from grader.checkpoint import check, expect_that, fail, stored_rows

COLLECTIONS = ("posts", "comments", "categories", "tags", "users")
# What the headers hold, by words; `{tag}` is the present one.
NAMED = {"alone": "{tag}", "first of several": '{tag}, "other"', "last of several": '"other", "else",{tag}', "any": "*"}
NOT_NAMED = {
    "another": '"other"',
    "several others": '"other", "else"',
    "part of it": '"{inner}x"',
    "a star in quotes": '"*"',
}
KNOWN = NAMED | {"weakly": "W/{tag}", "weakly among others": '"other", W/{tag}'}
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


@check("api.etag", seconds=90)
def test_the_same_content_has_the_same_tag(api, paths, tag_of):
    """Asked again and again, in whatever order, what has not changed has the ETag that it had."""
    read = ["/users/me/", *(path for name in COLLECTIONS for path in (paths(name), f"/{name}/"))]
    first = {path: tag_of(path) for path in read}
    for path in read[::-1] + read:
        assert {path: tag_of(path)} == {path: first[path]}


@check("api.etag", seconds=90)
def test_known_tags(api, paths, tag_of, rng):
    """If-None-Match names the tag alone, in a list, weakly, or any: 304 to GET and HEAD, with the ETag alone."""
    chosen = rng.choice(COLLECTIONS)
    for path in (paths(chosen), f"/{chosen}/"):
        tag = tag_of(path)
        for template in KNOWN.values():
            for method in ("GET", "HEAD"):
                headers = {"If-None-Match": written(template, tag)}
                answer = api.request(method, path, as_="admin", headers=headers).expect(304)
                assert (answer.body, answer.header("ETag")) == (b"", tag)


@check("api.etag", seconds=90)
def test_known_tags_everywhere(api, paths, tag_of):
    """A weak tag in a list of several is known to every collection and its objects, and at `/users/me/`."""
    for path in ("/users/me/", *(path for name in COLLECTIONS for path in (paths(name), f"/{name}/"))):
        header = {"If-None-Match": f'"other", W/{tag_of(path)}'}
        api.get(path, as_="admin", headers=header).expect(304)


@check("api.etag", seconds=90)
def test_tags_that_are_not_known(api, paths, tag_of, rng):
    """If-None-Match names other tags alone: 200, and what was asked for, with its ETag, which HEAD has too."""
    chosen = rng.choice(COLLECTIONS)
    for path in (paths(chosen), f"/{chosen}/"):
        tag = tag_of(path)
        for template in NOT_NAMED.values():
            answer = api.get(path, as_="admin", headers={"If-None-Match": written(template, tag)}).expect(200)
            assert answer.object()
            assert answer.header("ETag") == tag
        assert api.request("HEAD", path, as_="admin").expect(200).header("ETag") == tag


@check("api.etag", seconds=90)
def test_what_shows_in_another_object(api, rows, rng, tag_of):
    """A post shows its author's username and its tags, a list the counts: where these change, its ETag does."""
    author, tag = rows.user(), rows.tag()
    post = rows.post(state="out", author=author, tags=[tag], category=rows.category())
    comment = rows.comment(post=post, author=author)
    one, many, theirs = f"/posts/{post.id}/", "/posts/", f"/comments/{comment.id}/"
    steps = [
        ("its author has another name", "PATCH", f"/users/{author.id}/", {"username": rng.word()}, (one, many, theirs)),
        ("a comment on it was approved", "POST", f"{theirs}approve/", None, (many, theirs)),
        ("it has no tag any more", "PATCH", one, {"tags": []}, (one, many)),
        ("it has a tag again", "PATCH", one, {"tags": [tag.slug]}, (one, many)),
        ("its tag was deleted", "DELETE", f"/tags/{tag.id}/", None, (one, many)),
        ("its category was deleted", "DELETE", f"/categories/{post.category_id}/", None, (one, many)),
        ("its comment was deleted", "DELETE", theirs, None, (many,)),
    ]
    for what, method, path, body, seen in steps:
        old = {place: tag_of(place) for place in seen}
        api.request(method, path, as_="admin", **({} if body is None else {"json": body})).expect(200, 204)
        for place, before in old.items():
            if (place, method) != (theirs, "DELETE"):
                expect_that(tag_of(place) != before, expected=f"another ETag of {place}: {what}", observed="the same")


@check("api.etag", seconds=90)
def test_lists_that_grow_and_shrink(api, paths, tag_of):
    """A list with one row more has another ETag, and without it again the one that it had."""
    for name in COLLECTIONS:
        path = f"/{name}/"
        old = tag_of(path)
        made = paths(name)
        if tag_of(path) == old:
            fail(expected=f"another ETag of {path}, which has one row more", observed="the same")
        api.delete(made, as_="admin").expect(204)
        assert tag_of(path) == old


@check("api.etag", seconds=90)
def test_no_tag_tells_of_what_is_not_seen(api, rows, tag_of):
    """Who may not see it learns nothing by If-None-Match: 404, and 401 for accounts."""
    path = f"/posts/{rows.post(author='contributor').id}/"
    tag = tag_of(path, as_="contributor")
    for header in (tag, "*"):
        for who in (None, "reader", "contributor2", "inactive"):
            api.get(path, as_=who, headers={"If-None-Match": header}).expect(404)
        api.get("/users/me/", headers={"If-None-Match": header}).expect(401)
        api.get("/posts/99999999/", as_="editor", headers={"If-None-Match": header}).expect(404)


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
