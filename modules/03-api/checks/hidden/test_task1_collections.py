"""Task 1: methods, answers and fields of the collections."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from grader.checkpoint import check, expect, expect_that, fail

TABLES = {
    "posts": "posts_post",
    "comments": "comments_comment",
    "categories": "posts_category",
    "tags": "posts_tag",
    "users": "accounts_user",
}
ACTIONS = {
    "posts": ("publish", "unpublish"),
    "comments": ("approve", "reject"),
}


def is_json(answer):
    """Fails the check unless the answer says that it is JSON."""
    kind = answer.header("Content-Type").partition(";")[0].strip().lower()
    if kind != "application/json":
        fail(expected=f"application/json for {answer.asked}", observed=kind or "no Content-Type")


@check("api.collections")
@pytest.mark.parametrize("name", list(TABLES))
def test_answers_are_json(api, body, located, name):
    """Lists, single objects and what was made are JSON; `Location` leads to what was made, for whoever asks so."""
    made = api.post(f"/{name}/", as_="admin", json=body(name)).expect(201)
    for answer in (
        made,
        api.get(located(made), version=None, as_="admin").expect(200),
        api.get(f"/{name}/", as_="admin").expect(200),
    ):
        is_json(answer)
        answer.object()


@check("api.collections")
@pytest.mark.parametrize("name", list(TABLES))
def test_head_is_get_without_a_body(api, some, name):
    """HEAD is answered as GET is, without a body."""
    row = some(name)
    for path in (f"/{name}/", f"/{name}/{row.id}/"):
        got, head = api.get(path, as_="admin").expect(200), api.request("HEAD", path, as_="admin").expect(200)
        assert head.header("Content-Type") == got.header("Content-Type")
        expect_that(head.body == b"", expected=f"no body for HEAD {path}", observed=f"{len(head.body)} bytes")
    api.request("HEAD", f"/{name}/99999999/", as_="admin").expect(404)


@check("api.collections")
@pytest.mark.parametrize("name", list(TABLES))
def test_other_methods_are_not_there(api, some, unchanged, name):
    """A method that a path does not have is 405, and changes nothing; OPTIONS changes nothing."""
    row = some(name)
    same = unchanged()
    paths = [(f"/{name}/", ("PUT", "PATCH", "DELETE")), (f"/{name}/{row.id}/", ("POST",))]
    paths += [(f"/{name}/{row.id}/{verb}/", ("GET", "PUT", "PATCH", "DELETE")) for verb in ACTIONS.get(name, ())]
    for path, methods in paths:
        for method in methods:
            body = {"json": {}} if method in ("PUT", "PATCH", "POST") else {}
            api.request(method, path, as_="admin", **body).expect(405)
        api.request("OPTIONS", path, as_="admin").expect(200, 204, 405)
    same("a method that is not there")


@check("api.collections")
@pytest.mark.parametrize("name", list(TABLES))
def test_an_empty_patch(api, some, name):
    """A PATCH requires no field; a PUT requires those that are marked."""
    row = some(name)
    before = api.get(f"/{name}/{row.id}/", as_="admin").expect(200).object()
    after = api.patch(f"/{name}/{row.id}/", as_="admin", json={}).expect(200).object()
    same = {key: value for key, value in before.items() if key != "updated_at"}
    expect({key: after.get(key) for key in same}, equal_to=same)
    api.put(f"/{name}/{row.id}/", as_="admin", json={}).expect(400)
    api.post(f"/{name}/", as_="admin", json={}).expect(400)


@check("api.collections")
def test_all_optional_fields(api, db, rows, rng):
    """What may be sent is stored: category and tags by their slugs, a description, names and role of a user."""
    category, tags = rows.category(), rows.tags([{}, {}, {}])
    sent = {"title": rng.title(), "body": rng.sentence(), "category": category.slug, "tags": [t.slug for t in tags[:2]]}
    made = api.post("/posts/", as_="contributor", json=sent).expect(201).object()
    assert (made.get("category"), sorted(made.get("tags"))) == (category.slug, sorted(sent["tags"]))
    row = db.one("posts_post", "title", "body", "category_id", id=made["id"])
    expect(row, equal_to={"title": sent["title"], "body": sent["body"], "category_id": category.id})
    changes = {"category": None, "tags": [tags[2].slug]}
    changed = api.patch(f"/posts/{made['id']}/", as_="contributor", json=changes).expect(200).object()
    assert (changed.get("category"), changed.get("tags"), changed.get("body")) == (None, [tags[2].slug], sent["body"])
    assert api.patch(f"/posts/{made['id']}/", as_="contributor", json={"tags": []}).expect(200).object()["tags"] == []
    said = {"name": rng.title(), "description": rng.sentence()}
    key = api.post("/categories/", as_="editor", json=said).expect(201).object()["id"]
    expect(db.one("posts_category", "name", "description", id=key), equal_to=said)
    person = {
        "username": rng.word(),
        "email": f"{rng.word()}@example.org",
        "first_name": "Ann",
        "last_name": rng.word(),
        "role": rng.choice(["contributor", "editor", "admin"]),
        "is_active": False,
    }
    key = api.post("/users/", as_="admin", json=person).expect(201).object()["id"]
    expect(db.one("accounts_user", *person, id=key), equal_to=person)
    back = {"role": "reader", "is_active": True}
    api.patch(f"/users/{key}/", as_="admin", json=back).expect(200)
    expect(db.one("accounts_user", *person, id=key), equal_to=person | back)


@check("api.collections")
def test_slugs_are_made_once(api, rows, rng):
    """The slug is made of the title or name, and a change of these does not change it."""
    title = rng.title()
    made = [api.post("/posts/", as_="contributor", json={"title": title}).expect(201).object() for _ in range(2)]
    slug = title.lower().replace(" ", "-")
    assert [one["slug"] for one in made] == [slug, f"{slug}-2"]
    changed = api.patch(f"/posts/{made[1]['id']}/", as_="contributor", json={"title": rng.title()}).expect(200)
    assert changed.object()["slug"] == f"{slug}-2"
    name = rng.word()
    tag = api.post("/tags/", as_="editor", json={"name": name}).expect(201).object()
    assert tag["slug"] == name
    assert api.put(f"/tags/{tag['id']}/", as_="editor", json={"name": rng.word()}).expect(200).object()["slug"] == name


@check("api.collections")
def test_whatever_the_client_accepts(api, some):
    """Who takes no JSON gets 406, or JSON; who takes anything gets JSON."""
    row = some("tags")
    for accept in ("text/html", "application/xml"):
        answer = api.get(f"/tags/{row.id}/", headers={"Accept": accept}).expect(200, 406)
        if answer.status_code == 200:
            is_json(answer)
    for accept in ("application/json", "*/*", "text/html,application/json;q=0.9", "application/*"):
        is_json(api.get(f"/tags/{row.id}/", headers={"Accept": accept}).expect(200))


@check("api.collections")
def test_links_lead_to_the_host_that_was_asked(api, rng):
    """`Location` leads to the host that was asked."""
    there = {"Host": "127.0.0.1", "Referer": "https://127.0.0.1/"}
    sent = {"title": rng.title()}
    answer = api.post("/posts/", as_="contributor", json=sent, headers=there).expect(201)
    found = urlsplit(answer.header("Location"))
    assert found.netloc in ("", "127.0.0.1")
    assert found.path == f"/api/v1/posts/{answer.object()['id']}/"


@check("api.collections")
def test_deleting_takes_comments_along_and_leaves_posts(api, db, rows):
    """A deleted post takes its comments along; posts of a deleted category or tag stay, without it."""
    category, tag = rows.category(), rows.tag()
    post, other = rows.posts([{"state": "out", "category": category, "tags": [tag]}, {"state": "out"}])
    comments = rows.comments([{"post": post}, {"post": other}])
    api.delete(f"/categories/{category.id}/", as_="editor").expect(204)
    api.delete(f"/tags/{tag.id}/", as_="editor").expect(204)
    said = api.get(f"/posts/{post.id}/").expect(200).object()
    assert (said.get("category"), said.get("tags")) == (None, [])
    api.delete(f"/posts/{post.id}/", as_="editor").expect(204)
    assert [row["id"] for row in db.rows("comments_comment", "id")] == [comments[1].id]


@check("api.fields")
def test_values_of_a_post(api, rows, db, every, moment):
    """Author, category and tags are names and slugs, times have an offset; only approved comments are counted, once."""
    category, tags = rows.category(), rows.tags([{}, {}])
    post, draft = rows.posts([{"state": "out", "category": category, "tags": tags}, {"author": "editor"}])
    rows.comments({"post": post, "status": s} for s in ("approved", "approved", "pending", "rejected", "approved"))
    said = api.get(f"/posts/{post.id}/").expect(200).object()
    listed = {one.get("id"): one for one in every("/posts/", as_="editor")}
    wanted = {
        "id": post.id,
        "title": post.title,
        "slug": post.slug,
        "status": "published",
        "author": api.people["contributor"].username,
        "category": category.slug,
    }
    for shown in (said, listed[post.id]):
        expect({name: shown.get(name) for name in wanted}, equal_to=wanted)
        assert sorted(shown["tags"]) == sorted(tag.slug for tag in tags)
        row = db.one("posts_post", "published_at", "created_at", "updated_at", id=post.id)
        for name, stored in row.items():
            away = abs(moment(shown.get(name)) - stored)
            expect_that(away < timedelta(seconds=1), expected=f"`{name}` as it is stored", observed=shown.get(name))
    assert said.get("body") == post.body
    assert "body" not in listed[post.id]
    assert (listed[post.id].get("comment_count"), listed[draft.id].get("comment_count")) == (3, 0)
    shown = listed[draft.id]
    assert (shown["status"], shown["published_at"], shown["category"], shown["tags"]) == ("draft", None, None, [])


@check("api.fields")
def test_values_of_the_others(api, rows, every):
    """A comment names its post and author; a category counts its posts that are out; a user shows role and activity."""
    category, empty = rows.categories([{}, {}])
    states = ("out", "out", "draft", "scheduled", "archived")
    posts = rows.posts({"state": state, "category": category} for state in states)
    rows.comments({"post": posts[0]} for _ in range(3))
    counts = {one["id"]: one.get("post_count") for one in every("/categories/")}
    assert (counts[category.id], counts[empty.id]) == (2, 0)
    comment = rows.comment(post=posts[1], author="reader", status="approved")
    wanted = {
        "id": comment.id,
        "post": posts[1].id,
        "author": api.people["reader"].username,
        "body": comment.body,
        "status": "approved",
    }
    in_list = {one["id"]: one for one in every("/comments/", as_="editor")}
    for shown in (api.get(f"/comments/{comment.id}/").expect(200).object(), in_list[comment.id]):
        expect({name: shown.get(name) for name in wanted}, equal_to=wanted)
    user = rows.user(first_name="Ann", is_active=False, role="editor")
    wanted = {name: user.values[name] for name in ("username", "email", "first_name", "role", "is_active")}
    listed = {one["id"]: one for one in every("/users/", as_="admin")}
    for shown in (api.get(f"/users/{user.id}/", as_="admin").expect(200).object(), listed[user.id]):
        expect({name: shown.get(name) for name in wanted}, equal_to=wanted)


@check("api.fields")
@pytest.mark.parametrize("who", ["reader", "contributor2", "editor", "demoted"])
def test_ones_own_account(api, moment, who):
    """`/users/me/` is the account of whoever asks, with all the fields of a user."""
    person = api.people[who]
    said = api.get("/users/me/", as_=who).expect(200).object()
    wanted = {"id": person.id, "username": person.username, "role": person.role, "is_active": True}
    expect({name: said.get(name) for name in wanted}, equal_to=wanted)
    assert [name for name in ("email", "first_name", "last_name") if not isinstance(said.get(name), str)] == []
    moment(said.get("created_at")), moment(said.get("updated_at"))


@check("api.fields")
def test_no_password_is_shown(api, rows, rng):
    """No object shows a password, or the hash of one."""
    secret = rng.word()
    user = rows.user(password=f"!{secret}")
    for path in (f"/users/{user.id}/", "/users/?page_size=100"):
        shown = api.get(path, as_="admin").expect(200)
        expect_that(user.username in shown.text, expected=f"the user at {path}", observed="nobody of that name")
        expect_that(secret not in shown.text, expected=f"{path} without a password", observed="a password")
