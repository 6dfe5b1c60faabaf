"""Task 1: tokens inform; the database decides."""

from grader.checkpoint import check, expect

NEW = "/posts/"


@check("tokens.current")
def test_a_changed_role_counts_at_once(api, log_in, member, rng):
    """What somebody may do follows from their role as it is now, with tokens from before it changed."""
    person = member("reader")
    session, path = log_in(person), f"/users/{person.id}/"
    for role, status in (("contributor", 201), ("reader", 403), ("editor", 201), ("reader", 403)):
        api.patch(path, as_="admin", json={"role": role}).expect(200)
        api.post(NEW, as_=session.caller, json={"title": rng.title()}).expect(status, because=f"a {role} by now")
        expect(api.get("/users/me/", as_=session.caller).expect(200).object()["role"], equal_to=role)


@check("tokens.current")
def test_a_role_in_a_token_gives_no_rights(api, log_in, forge, raw, rng):
    """What a token says of role and name gives nobody a right."""
    session, admin = log_in("reader"), log_in("admin")
    forged = forge(session.access, role="admin", username=admin.person.username)
    answer = api.post("/categories/", as_=raw(f"Bearer {forged}"), json={"name": rng.title()})
    answer.expect(403, because="the database says that this is a reader")
    api.post("/categories/", as_=admin.caller, json={"name": rng.title()}).expect(201)
    poorer = forge(admin.access, role="reader")
    api.post("/categories/", as_=raw(f"Bearer {poorer}"), json={"name": rng.title()}).expect(201)


@check("tokens.current")
def test_a_deleted_account(api, log_in, member, accepted, ended):
    """The tokens of an account that was deleted are refused; those of others go on."""
    person = member("reader")
    session, other = log_in(person), log_in("reader2")
    accepted(session)
    api.delete(f"/users/{person.id}/", as_="admin").expect(204)
    ended(session)
    accepted(other)
