"""Task 1: the form of usernames and addresses, and accounts without a password."""

import unicodedata

import pytest

from grader.checkpoint import FieldRefusals, check, expect, expect_that


@pytest.fixture
def refused(api):
    """``refused(answer, "title")``: it is a 400 on that field, in whatever form; ``None`` stands for any."""
    return FieldRefusals(api)


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
        for name in (shown, stored):
            refused(api.patch(f"/users/{rows.user().id}/", as_="admin", json={"username": name}), "username")
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
    # The last three: 160 signs that become 80, and signs that Django takes in that form alone.
    for right in (
        *(word.ljust(150, "x"), "\ufb03" * 40 + word, f"{word}@+.-_"),
        *("e\u0301" * 80 + word, f"{word}\uff20x", f"{word}\u2024x"),
    ):
        said = api.post("/users/", as_="admin", json={"username": right}).expect(201).object()
        assert said.get("username") == unicodedata.normalize("NFKC", right)
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
