"""Task 3: what ends sessions, and what goes on."""

from grader.checkpoint import check, expect_that

ME = "/users/me/"


@check("sessions.logout")
def test_one_session_ends_and_others_go_on(api, log_in, renew, accepted, ended):
    """To log out ends one session; another one of the account and the cookie session go on."""
    session, other, stranger = log_in("reader"), log_in("reader"), log_in("editor")
    before, session = session, renew(session)
    api.post("/auth/logout/", json={"refresh": session.refresh}).expect(204)
    ended(session)
    ended(before)
    accepted(renew(other))
    accepted(stranger)
    api.get(ME, as_="reader").expect(200)
    accepted(log_in("reader"))


@check("sessions.logout")
def test_a_used_token_logs_out(api, log_in, renew, ended):
    """A refresh token that was used before logs out, too: no reuse, and 204."""
    session = log_in("reader")
    following = renew(session)
    api.post("/auth/logout/", json={"refresh": session.refresh}, version="").expect(204)
    ended(following)


@check("sessions.logout")
def test_what_logs_nobody_out(api, log_in, forge, on_field, accepted, renew):
    """A token that is not valid, and one whose session has ended, is 401; a body without one is 400."""
    session = log_in("reader")
    for text in ("nonsense", forge(session.refresh, exp=1), forge(session.refresh, key="x" * 40)):
        api.post("/auth/logout/", json={"refresh": text}).problem(401)
    for body in ({}, {"refresh": 7}, {"refresh": None}, {"refresh": ["x"]}):
        on_field(api.post("/auth/logout/", json=body), "refresh")
    accepted(session)
    session = renew(session)
    api.post("/auth/logout/", json={"refresh": session.refresh}).expect(204)
    api.post("/auth/logout/", json={"refresh": session.refresh}).expect(401)


@check("sessions.logout")
def test_a_session_that_has_ended_otherwise(api, log_in, raw):
    """A session that has ended in another way cannot be logged out of: 401."""
    sessions = [log_in("reader"), log_in("editor")]
    api.post("/auth/logout-everywhere/", as_=sessions[0].caller)
    api.patch(f"/users/{sessions[1].person.id}/", as_="admin", json={"is_active": False})
    for session in sessions:
        # Whether it has ended is another criterion's business.
        if api.get(ME, as_=raw(f"Bearer {session.access}")).status_code == 401:
            answer = api.post("/auth/logout/", json={"refresh": session.refresh})
            answer.expect(401, because="its session has ended")


@check("sessions.logout")
def test_who_asks_does_not_matter(api, log_in, raw, accepted, ended):
    """The token in the body decides who is logged out, not who asks."""
    session, other = log_in("reader"), log_in("editor")
    for caller in (raw("Bearer nonsense"), raw(f"Bearer {other.access}"), raw(None, cookie_of="editor")):
        api.post("/auth/logout/", as_=caller, json={"refresh": session.refresh}, csrf=False).expect(204)
        ended(session)
        session = log_in("reader")
    accepted(other)
    api.get(ME, as_="editor").expect(200)


@check("sessions.everywhere")
def test_every_session_of_the_account(api, log_in, renew, accepted, ended):
    """Every session and cookie session of the account ends, the asking one included; those of others go on."""
    sessions, others = [log_in("contributor"), renew(log_in("contributor"))], [log_in("editor"), log_in("contributor2")]
    api.get(ME, as_="contributor").expect(200)
    api.post("/auth/logout-everywhere/", as_=sessions[0].caller).expect(204)
    for session in sessions:
        ended(session)
    api.get(ME, as_="contributor").expect(401, because="its cookie session has ended as well")
    for other in others:
        accepted(renew(other))
    api.get(ME, as_="editor").expect(200)
    accepted(log_in("contributor"))


@check("sessions.everywhere")
def test_by_a_cookie_session(api, log_in, accepted, ended):
    """A cookie session ends all of them as well, with its CSRF token, and itself."""
    session = log_in("editor")
    api.post("/auth/logout-everywhere/", as_="editor", csrf=False).expect(403)
    api.post("/auth/logout-everywhere/").expect(401)
    accepted(session)
    api.get(ME, as_="editor").expect(200)
    api.post("/auth/logout-everywhere/", as_="editor", version="").expect(204)
    ended(session)
    api.get(ME, as_="editor").expect(401)
    accepted(log_in("editor"))


@check("sessions.password")
def test_a_password_that_is_not_changed(api, log_in, accepted, on_field, rng):
    """A change that is refused ends nothing; one that is made ends cookie sessions, too."""
    session, other, new = log_in("editor"), log_in("reader"), f"{rng.word()} {rng.word()} 7"
    right = {"current_password": session.person.password, "new_password": new}
    wrong = {**right, "current_password": rng.sentence()}
    on_field(api.post("/auth/password/", as_=session.caller, json=wrong), "current_password")
    on_field(api.post("/auth/password/", as_=session.caller, json={**right, "new_password": "1234"}), "new_password")
    accepted(session)
    api.get(ME, as_="editor").expect(200)
    api.post("/auth/password/", as_="editor", json=right).expect(204)
    api.get(ME, as_="editor").expect(401, because="its cookie session has ended as well")
    accepted(other)


@check("sessions.password")
def test_by_an_invitation(api, log_in, accepted, ended, rng):
    """A password that is set with the token of an invitation ends what there was, of that account alone."""
    session, other, new = log_in("contributor"), log_in("reader"), f"{rng.word()} {rng.word()} 7"
    token = api.post("/auth/invite/", as_="admin", json={"user": session.person.id}).expect(200).object()["token"]
    accepted(session)
    api.post("/auth/set-password/", json={"token": token, "new_password": new}).expect(204)
    ended(session)
    api.get(ME, as_="contributor").expect(401, because="its cookie session has ended as well")
    accepted(other)
    accepted(log_in("contributor", password=new))


@check("sessions.password")
def test_in_the_admin(api, site, log_in, accepted, ended, rng):
    """A password that is changed in Django's admin ends the sessions of its owner, and nobody else's."""
    session, other, new = log_in("contributor"), log_in("reader"), f"{rng.word()} {rng.word()} 7"
    site.set_password(session.person.id, new)
    ended(session)
    api.get(ME, as_="contributor").expect(401, because="its cookie session has ended as well")
    accepted(other)
    accepted(log_in("contributor", password=new))


@check("sessions.password")
def test_ones_own_in_the_admin(api, site, log_in, accepted, ended, rng):
    """One's own password, changed in the admin, ends one's sessions by tokens."""
    session, new = log_in("admin"), f"{rng.word()} {rng.word()} 7"
    accepted(session)
    old = session.person.password
    site.submit("/admin/password_change/", {"old_password": old, "new_password1": new, "new_password2": new})
    ended(session)
    accepted(log_in("admin", password=new))


@check("sessions.password", seconds=60)
def test_by_the_command(api, app, manage, log_in, accepted, ended, rng):
    """A password that `manage.py changepassword` changes ends what there was, of that account alone."""
    session, other, new = log_in("contributor"), log_in("reader"), f"{rng.word()} {rng.word()} 7"
    accepted(session)
    app.call("unittest.mock:patch", "getpass.getpass", return_value=new).start()
    done = manage("changepassword", session.person.username)
    expect_that(done.ok, expected="`changepassword` to end with 0", observed=done.code)
    ended(session)  # Nobody logs in afterwards: the command may run in a layer with a quicker hasher.
    api.get(ME, as_="contributor").expect(401, because="its cookie session has ended as well")
    accepted(other)


@check("sessions.closed")
def test_closed_by_the_api_and_opened_again(api, log_in, try_login, renew, accepted, refused, not_renewed):
    """What ended when an account was closed does not come back when it is opened again; its owner can log in."""
    sessions, other = [log_in("contributor"), renew(log_in("contributor"))], log_in("reader")
    path = f"/users/{sessions[0].person.id}/"
    api.patch(path, as_="admin", json={"is_active": False}).expect(200)
    for session in sessions:
        refused(session, because="the account is closed")
    api.get(ME, as_="contributor").expect(401)
    try_login("contributor").expect(401)
    api.patch(path, as_="admin", json={"is_active": True}).expect(200)
    _nothing_comes_back(api, sessions, refused, not_renewed)
    accepted(log_in("contributor"))
    accepted(other)


@check("sessions.closed")
def test_closed_in_the_admin_and_opened_again(api, site, log_in, accepted, refused, not_renewed):
    """The same in Django's admin."""
    session, other = log_in("contributor"), log_in("reader")
    accepted(session)
    path = site.user(session.person.id)
    site.submit(path, {"is_active": ...})
    refused(session, because="the account is closed")
    api.get(ME, as_="contributor").expect(401)
    site.submit(path, {"is_active": "on"})
    _nothing_comes_back(api, [session], refused, not_renewed)
    accepted(log_in("contributor"))
    accepted(other)


def _nothing_comes_back(api, sessions, refused, not_renewed):
    for session in sessions:
        refused(session, because="it ended when the account was closed")
        not_renewed(session, because="it ended when the account was closed")
    api.get(ME, as_="contributor").expect(401, because="the cookie session ended when the account was closed")
