"""Task 4: what `/api/v1/` serves, `/api/` serves, and nothing else does."""

from urllib.parse import urlsplit

import pytest

from grader.checkpoint import check, expect, expect_that


@pytest.fixture
def paths(rows):
    """A path of every kind that can be read."""
    post = rows.post(state="out", author="contributor", category=rows.category(), tags=[rows.tag()])
    rows.comments({"post": post, "status": "approved"} for _ in range(3))
    rows.tags({} for _ in range(2))
    single = {"posts": post, "comments": rows.comment(post=post), "categories": rows.category(), "tags": rows.tag()}
    found = [f"/{name}/{row.id}/" for name, row in single.items()]
    found += [f"/{name}/" for name in (*single, "users")] + ["/users/me/", "/posts/?status=published&ordering=title"]
    return found


def plain(value):
    """An answer without what may tell its version: links, and the path that was asked."""
    return {name: part for name, part in value.items() if name not in ("next", "previous", "instance")}


@check("api.version")
def test_the_same_answers(api, paths, rng):
    """Below `/api/` and `/api/v1/` everybody is answered alike, without a redirect, errors too."""
    for path in paths:
        for who in (None, "admin"):
            first, second = (api.get(path, as_=who, version=version) for version in ("v1", ""))
            expect(second.status_code, equal_to=first.status_code, because=f"{second.asked} as {first.asked}")
            expect(plain(second.object()), equal_to=plain(first.object()), because=f"{second.asked}")
    for path, body in (("/posts/", {}), ("/tags/", {"name": rng.word()}), ("/users/?page=0", None)):
        for who in (None, "reader"):
            asked = {"as_": who} if body is None else {"as_": who, "json": body}
            method = "GET" if body is None else "POST"
            first, second = (api.request(method, path, version=version, **asked) for version in ("v1", ""))
            expect(second.status_code, equal_to=first.status_code, because=f"{second.asked} as {first.asked}")


def life(api, rows, rng, version):
    """The statuses of all that is done to a post and a comment, what the post was then, and where it can be read."""
    ways = {"as_": "contributor", "version": version}
    made = api.post("/posts/", json={"title": rng.title(), "body": "text"}, **ways)
    key = made.object().get("id")
    answers = [made, api.patch(f"/posts/{key}/", json={"body": "other"}, **ways)]
    answers += [api.put(f"/posts/{key}/", json={"title": "new", "body": "third"}, **ways)]
    answers += [api.post(f"/posts/{key}/publish/", **ways)]
    seen = api.get(f"/posts/{key}/", as_="editor").object()
    answers += [api.post(f"/posts/{key}/unpublish/", **ways), api.delete(f"/posts/{key}/", **ways)]
    comment = rows.comment().id
    for step in ("approve/", "reject/"):
        answers.append(api.post(f"/comments/{comment}/{step}", as_="editor", version=version))
    answers.append(api.delete(f"/comments/{comment}/", as_="editor", version=version))
    place = urlsplit(made.header("Location")).path.replace(str(key), "7")
    return (
        [answer.status_code for answer in answers],
        {name: seen.get(name) for name in ("title", "body", "status")},
        place,
    )


@check("api.version")
def test_the_same_changes(api, rows, rng):
    """What is made, changed, published and deleted below `/api/` is so below `/api/v1/`, and is found there."""
    first, second = (life(api, rows, rng, version) for version in ("v1", ""))
    expect(second[0], equal_to=first[0], because="statuses of changes below /api/, as below /api/v1/")
    expect(second[1], equal_to=first[1], because="the post that was changed below /api/, as below /api/v1/")
    expect(second[2], equal_to=first[2], because="`Location` names the path below /api/v1")


@check("api.version")
def test_other_versions(api, rows, rng):
    """Other numbers are 404, whatever is asked there and whoever asks."""
    tag = rows.tag()
    for version in ("v0", "v2", "v3", "v10", "v11", f"v{rng.randrange(100, 1000)}"):
        for path in ("/tags/", f"/tags/{tag.id}/", "/schema/"):
            api.get(path, as_="admin", version=version).expect(404)
        api.post("/tags/", as_="admin", version=version, json={"name": rng.word()}).expect(404)
    api.delete(f"/tags/{tag.id}/", as_="admin", version="v2").expect(404)


@check("api.version")
def test_tags_of_both(api, rows, rng):
    """An `ETag` from one holds at the other, in `If-None-Match` and `If-Match`."""
    for one, other in (("v1", ""), ("", "v1")):
        post = rows.post(author="contributor")
        path = f"/posts/{post.id}/"
        tag = api.get(path, as_="contributor", version=one).header("ETag")
        ways = {"as_": "contributor", "headers": {"If-None-Match": tag}}
        if not tag or api.get(path, version=one, **ways).status_code != 304:
            continue  # there are no tags that could hold: of task 5
        api.get(path, version=other, **ways).expect(304)
        if api.patch(path, version=one, json={}, as_="contributor", headers={"If-Match": tag}).status_code == 200:
            tag = api.get(path, as_="contributor", version=one).header("ETag")
            body = {"body": rng.sentence()}
            api.patch(path, version=other, json=body, as_="contributor", headers={"If-Match": tag}).expect(200)


@check("api.version")
def test_keys_of_both(api, rows, db, rng):
    """An `Idempotency-Key` from one holds at the other: there is one comment."""
    for one, other in (("v1", ""), ("", "v1")):
        key, post = {"Idempotency-Key": rng.slug()}, rows.post(state="out").id
        body = {"post": post, "body": rng.sentence()}
        ways = {"as_": "reader", "json": body, "headers": key}
        first, same = (api.post("/comments/", version=one, **ways) for _ in range(2))
        if first.status_code != 201 or same.status_code != 201 or first.object().get("id") != same.object().get("id"):
            continue  # keys do not hold at all: of task 5
        again = api.post("/comments/", version=other, **ways).expect(201)
        expect(again.object().get("id"), equal_to=first.object().get("id"), because="the answer of the first")
        count = db.count("comments_comment", post_id=post)
        expect_that(count == 1, expected="one comment for one Idempotency-Key, at both paths", observed=f"{count}")
