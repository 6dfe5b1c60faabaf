"""Task 1: the rules of the domain, strict types, names and addresses."""

import pytest

from grader.checkpoint import check, expect, expect_that

BLANK = ["", " ", "\t\n", "\u00a0", "\u3000 ", "\u2003\u2028"]


@check("api.domain-rules")
def test_titles(api, rng, refused, unchanged):
    """A title is not blank, and has at most 200 characters."""
    title = rng.title().ljust(200, "x")
    api.post("/posts/", as_="contributor", json={"title": title}).expect(201)
    same = unchanged()
    for wrong in (*BLANK, title + "x"):
        refused(api.post("/posts/", as_="contributor", json={"title": wrong}), "title")
    same("a post that is refused")


@check("api.domain-rules")
def test_bodies_of_comments(api, rows, rng, refused):
    """The body of a comment is not blank, and has at most 5000 characters."""
    post = rows.post(state="out").id
    for right in (rng.sentence().ljust(5000, "x"), "x", "\u00e4" * 5000):
        api.post("/comments/", as_="reader", json={"post": post, "body": right}).expect(201)
    for wrong in (*BLANK, "x" * 5001):
        refused(api.post("/comments/", as_="reader", json={"post": post, "body": wrong}), "body")
    refused(api.post("/comments/", as_="reader", json={"post": post}), "body")
    refused(api.post("/comments/", as_="reader", json={"body": "x"}), "post")


@check("api.domain-rules")
@pytest.mark.parametrize(("name", "most"), [("categories", 100), ("tags", 50)])
def test_names(api, some, rng, refused, name, most):
    """Names differ by more than case and are bounded; one's own name, and its other capitals, are no double."""
    row, other = some(name, name=f"{rng.word()} \u00e4b"), some(name)
    for wrong in (row.name, row.name.upper(), row.name.title(), "x" * (most + 1), ""):
        refused(api.post(f"/{name}/", as_="editor", json={"name": wrong}), "name")
        refused(api.patch(f"/{name}/{other.id}/", as_="editor", json={"name": wrong}), "name")
    for right in (row.name, row.name.upper(), rng.word().ljust(most, "x")):
        api.patch(f"/{name}/{row.id}/", as_="editor", json={"name": right}).expect(200)


@check("api.domain-rules")
@pytest.mark.parametrize("who", ["reader", "contributor", "editor", "admin"])
def test_comments_on_posts_that_are_not_out(api, rows, db, refused, who):
    """Nobody comments on a post that is not out, or that does not exist: 400 on `post`."""
    out, *others = rows.posts({"state": s, "author": "contributor"} for s in ("out", "draft", "scheduled", "archived"))
    for key in (*(post.id for post in others), 99_999_999):
        refused(api.post("/comments/", as_=who, json={"post": key, "body": "x"}), "post")
    assert db.count("comments_comment") == 0
    api.post("/comments/", as_=who, json={"post": out.id, "body": "x"}).expect(201)


@check("api.domain-rules")
@pytest.mark.parametrize("state", ["scheduled", "archived"])
def test_comments_whose_post_has_left(api, rows, db, refused, unchanged, state):
    """To edit a comment whose post is not out any more is 400 on `post`, for everybody; to delete it works."""
    post = rows.post(state="out", author="contributor2")
    comments = rows.comments({"post": post, "author": "reader", "post_state": state} for _ in range(2))
    same = unchanged()
    for who in ("reader", "editor", "admin"):
        for method in ("PUT", "PATCH"):
            refused(api.request(method, f"/comments/{comments[0].id}/", as_=who, json={"body": "x"}), "post")
    same("an edit that is refused")
    for comment, who in zip(comments, ("reader", "editor"), strict=True):
        api.delete(f"/comments/{comment.id}/", as_=who).expect(204)
    assert db.count("comments_comment") == 0


@check("api.domain-rules")
def test_what_is_out_keeps_its_body(api, rows, refused, unchanged, rng):
    """A post that is published keeps a body; a draft may lose it."""
    out, draft, archived = rows.posts({"state": state} for state in ("out", "draft", "archived"))
    same = unchanged()
    for wrong in ("", " \u00a0 "):
        refused(api.patch(f"/posts/{out.id}/", as_="contributor", json={"body": wrong}), "body")
    same("a body that is refused")
    for post in (draft, archived):
        api.patch(f"/posts/{post.id}/", as_="contributor", json={"body": ""}).expect(200)
    api.put(f"/posts/{out.id}/", as_="contributor", json={"title": rng.title(), "body": "x"}).expect(200)


@check("api.domain-rules")
@pytest.mark.parametrize("state", ["draft", "out", "scheduled", "archived"])
@pytest.mark.parametrize("who", ["editor", "admin"])
def test_posts_of_somebody_who_is_a_reader_by_now(api, rows, db, rng, state, who):
    """A post whose author is a reader by now is changed, published and unpublished as any other."""
    post, title = rows.post(state=state, author="demoted"), rng.title()
    api.put(f"/posts/{post.id}/", as_=who, json={"title": title, "body": rng.sentence()}).expect(200)
    api.patch(f"/posts/{post.id}/", as_=who, json={"tags": [rows.tag().slug]}).expect(200)
    api.post(f"/posts/{post.id}/publish/", as_=who).expect(200)
    api.post(f"/posts/{post.id}/unpublish/", as_=who).expect(200)
    row = db.one("posts_post", "title", "status", "author_id", id=post.id)
    expect(row, equal_to={"title": title, "status": "archived", "author_id": api.people["demoted"].id})


@check("api.domain-rules")
def test_rules_of_accounts(api, rows, rng, refused):
    """A username is unique, an e-mail address too whatever its case, and a role is one of four."""
    user, other = rows.users([{}, {}])
    for method, path, more in (
        ("POST", "/users/", {"username": rng.word()}),
        ("PATCH", f"/users/{other.id}/", {}),
    ):
        for field, wrong in (
            ("email", user.email),
            ("email", user.email.upper()),
            ("email", "no address"),
            ("role", "owner"),
            ("role", ""),
            ("username", user.username),
            ("username", "two words"),
            ("username", "x" * 151),
        ):
            refused(api.request(method, path, as_="admin", json=more | {field: wrong}), field)
    own = {"username": user.username, "email": user.email.title(), "role": "editor"}
    api.put(f"/users/{user.id}/", as_="admin", json=own).expect(200)
    for _ in range(2):
        api.post("/users/", as_="admin", json={"username": rng.word(), "email": ""}).expect(201)


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


# What a name looks like, and what it is in the form NFKC.
FORMS = {
    "ligature": ("\ufb01{}", "fi{}"),
    "full width": ("\uff41\uff4e\uff4e{}", "ann{}"),
    "kelvin": ("\u212a{}", "K{}"),
    "decomposed": ("e\u0301{}", "\u00e9{}"),
    "superscript": ("x\u00b2{}", "x2{}"),
}


def in_forms(form, rng):
    """A name as it is sent, and as it is stored."""
    word = rng.word()
    return [text.format(word) for text in FORMS[form]]


@check("api.accounts")
@pytest.mark.parametrize("form", list(FORMS))
def test_forms_of_a_name(api, db, rows, rng, refused, form):
    """A username is stored in the form NFKC, new or changed, and is unique in that form."""
    shown, stored = in_forms(form, rng)
    made = api.post("/users/", as_="admin", json={"username": shown}).expect(201).object()
    assert (made["username"], db.one("accounts_user", "username", id=made["id"])["username"]) == (stored, stored)
    for name in (shown, stored):
        refused(api.post("/users/", as_="admin", json={"username": name}), "username")
    shown, stored = in_forms(form, rng)
    for method in ("PUT", "PATCH"):
        other = rows.user()
        changed = api.request(method, f"/users/{other.id}/", as_="admin", json={"username": shown})
        assert changed.expect(200).object()["username"] == stored
        assert db.one("accounts_user", "username", id=other.id)["username"] == stored
        api.patch(f"/users/{other.id}/", as_="admin", json={"username": rng.word()}).expect(200)


@check("api.accounts")
def test_rules_are_about_that_form(api, rows, rng, refused, unchanged):
    """Length and characters of a username are those of its form NFKC."""
    user = rows.user()
    word = rng.word()
    same = unchanged()
    for wrong in ("\ufdfa" * 150, f"{word}\u00bd", f"{word}\u2100", "x" * 151, "\ufb03" * 51, "", f"{word} {word}"):
        refused(api.post("/users/", as_="admin", json={"username": wrong}), "username")
        refused(api.patch(f"/users/{user.id}/", as_="admin", json={"username": wrong}), "username")
    same("a name that is refused")
    for right in (word.ljust(150, "x"), "\ufb03" * 40 + word, f"{word}@+.-_"):
        api.post("/users/", as_="admin", json={"username": right}).expect(201)
    own = {"username": user.username}
    api.patch(f"/users/{user.id}/", as_="admin", json=own).expect(200)


@check("api.accounts")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_domains_are_lower_case(api, db, rows, rng, method):
    """An e-mail address is stored with its domain in lower case; the part before the last `@` stays as it is."""
    for local, domain in ((f"Ann.{rng.word()}", "EXAMPLE.Org"), (f'"A@B{rng.word()}"', "Example.COM")):
        path = "/users/" if method == "POST" else f"/users/{rows.user().id}/"
        sent = {"username": rng.word(), "email": f"{local}@{domain}"}
        said = api.request(method, path, as_="admin", json=sent).expect(201 if method == "POST" else 200).object()
        stored = db.one("accounts_user", "email", id=said["id"])["email"]
        assert (said["email"], stored) == (f"{local}@{domain.lower()}",) * 2


@check("api.accounts")
def test_no_account_gets_a_password(api, db, rows, rng):
    """An account that is made here has no usable password, and no field sets one."""
    fields = dict.fromkeys(("password", "password1", "password2", "new_password"), "correct-horse-battery")
    key = api.post("/users/", as_="admin", json={"username": rng.word(), **fields}).expect(201).object()["id"]
    stored = db.one("accounts_user", "password", id=key)["password"]
    expect_that(stored.startswith("!"), expected="an unusable password (it begins with `!`)", observed=stored[:12])
    for method in ("PUT", "PATCH"):
        sent = {"username": rng.word(), **fields}
        api.request(method, f"/users/{key}/", as_="admin", json=sent).expect(200)
    assert db.one("accounts_user", "password", id=key)["password"] == stored
    before = db.one("accounts_user", "password", id=api.people["reader"].id)
    api.patch("/users/me/", as_="reader", json=fields).expect(200)
    expect(db.one("accounts_user", "password", id=api.people["reader"].id), equal_to=before)
