"""Task 1: methods, answers and fields of the collections."""

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
def test_head_wherever_get_is(api, rows):
    """HEAD is answered as GET where somebody may not read as well, and at `/users/me/`."""
    draft = rows.post(author="contributor2")
    hidden = rows.comment(author="reader2")
    for path in (
        f"/posts/{draft.id}/",
        f"/comments/{hidden.id}/",
        "/users/",
        "/users/me/",
        f"/users/{draft.author_id}/",
    ):
        for who in (None, "reader", "contributor", "admin"):
            got, head = api.get(path, as_=who), api.request("HEAD", path, as_=who)
            expect(head.status_code, equal_to=got.status_code, because=f"{head.asked} is answered as GET is")
            expect_that(head.body == b"", expected=f"no body for {head.asked}", observed=f"{len(head.body)} bytes")


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
def test_a_patch_changes_what_it_names(api, rows, rng):
    """A PATCH leaves the fields that it does not name as they were: category, tags, description, names and role."""
    made = {
        "posts": rows.post(state="out", category=rows.category(), tags=rows.tags([{}, {}])),
        "categories": rows.category(description=rng.sentence()),
        "users": rows.user(first_name=rng.word(), last_name=rng.word(), role="editor", is_active=False),
    }
    for name, fields in (
        ("posts", ("title", "body", "category", "tags")),
        ("categories", ("name", "description")),
        ("users", ("username", "email", "first_name", "last_name")),
    ):
        path = f"/{name}/{made[name].id}/"
        for field in fields:
            before = api.get(path, as_="admin").expect(200).object()
            value = {"category": rows.category().slug, "tags": [rows.tag().slug], "email": f"{rng.word()}@example.org"}
            sent = {field: value.get(field, rng.word())}
            api.patch(path, as_="admin", json=sent).expect(200)
            after = api.get(path, as_="admin").expect(200).object()
            expect(after | {"updated_at": ""}, equal_to=before | sent | {"updated_at": ""})


@check("api.collections")
def test_a_put_stores_all_that_it_names(api, db, rows, rng):
    """A PUT stores the optional fields that it names as well."""
    category, tag = rows.category(), rows.tag()
    post = rows.post(author="contributor", category=rows.category(), tags=rows.tags([{}, {}]))
    sent = {"title": rng.title(), "body": rng.sentence(), "category": category.slug, "tags": [tag.slug]}
    api.put(f"/posts/{post.id}/", as_="contributor", json=sent).expect(200)
    said = api.get(f"/posts/{post.id}/", as_="contributor").expect(200).object()
    expect({name: said.get(name) for name in sent}, equal_to=sent)
    label = {"name": rng.title(), "description": rng.sentence()}
    api.put(f"/categories/{category.id}/", as_="editor", json=label).expect(200)
    expect(db.one("posts_category", *label, id=category.id), equal_to=label)
    user, names = rows.user(), {"username": rng.word(), "first_name": rng.word(), "last_name": rng.word()}
    person = names | {"email": f"{rng.word()}@example.org", "role": "editor", "is_active": False}
    api.put(f"/users/{user.id}/", as_="admin", json=person).expect(200)
    expect(db.one("accounts_user", *person, id=user.id), equal_to=person)


@check("api.collections")
def test_a_patch_of_ones_own_account(api, db, rng):
    """A PATCH of one's own account changes the name that it names, and leaves the other."""
    me = api.people["contributor"].id
    db.update("accounts_user", {"first_name": rng.word(), "last_name": rng.word()}, id=me)
    for field in ("first_name", "last_name"):
        before, word = db.one("accounts_user", "first_name", "last_name", id=me), rng.word()
        api.patch("/users/me/", as_="contributor", json={field: word}).expect(200)
        expect(db.one("accounts_user", "first_name", "last_name", id=me), equal_to=before | {field: word})


FIELDS = {
    "posts": "id title slug body status published_at author category tags created_at updated_at",
    "comments": "id post author body status created_at updated_at",
    "categories": "id name slug description created_at updated_at",
    "tags": "id name slug created_at updated_at",
    "users": "id username email first_name last_name role is_active created_at updated_at",
}


@check("api.collections")
def test_answers_are_the_object(api, rows, rng):
    """What a POST, a PUT or a PATCH is answered with is the object as it is then: a GET shows the same."""
    kinds, tags = rows.categories([{}, {}]), rows.tags([{}, {}])
    first, second = ({"category": kind.slug, "tags": [tag.slug]} for kind, tag in zip(kinds, tags, strict=True))
    post = rows.post(state="out").id
    cases = {
        "posts": ({"title": rng.title(), **first}, {"title": rng.title(), "body": rng.sentence(), **second}),
        "comments": ({"post": post, "body": rng.sentence()}, {"body": rng.sentence()}),
        "categories": ({"name": rng.word(), "description": rng.word()}, {"name": rng.word()}),
        "tags": ({"name": rng.word()}, {"name": rng.word()}),
        "users": ({"username": rng.word(), "role": "editor"}, {"username": rng.word(), "last_name": rng.word()}),
    }
    for name, (new, other) in cases.items():
        answer = api.post(f"/{name}/", as_="admin", json=new).expect(201)
        path = f"/{name}/{answer.object().get('id')}/"
        for method in ("", "PUT", "PATCH"):
            if method:
                answer = api.request(method, path, as_="admin", json=other if method == "PUT" else new).expect(200)
            shown, said = api.get(path, as_="admin").expect(200).object(), answer.object()
            named = {field: shown.get(field) for field in FIELDS[name].split()}
            expect({field: said.get(field) for field in named}, equal_to=named, because=f"{answer.asked}, as GET shows")


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
