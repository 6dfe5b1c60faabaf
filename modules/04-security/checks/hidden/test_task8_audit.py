"""Task 8: which events the audit log has, by whom and about what, and what it says of the request."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from grader.checkpoint import check, expect, expect_that

LOG, USERS = "audit_auditentry", "accounts_user"
KNOWN = {
    "logged_in",
    "login_failed",
    "locked_out",
    "logged_out",
    "logged_out_everywhere",
    "token_reused",
    "registered",
    "invited",
    "password_changed",
    "created",
    "role_changed",
    "deactivated",
    "reactivated",
    "privileges_changed",
    "deleted",
    "published",
    "archived",
    "moderated",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HERE, THERE = "203.0.113.7", "2001:db8::7"
SLOW_S = 60
SLACK = timedelta(seconds=5)


class Log:
    """The audit log: what is new in it since it was last looked at. Actions that no brief names are left out."""

    def __init__(self, api):
        self._api, self._seen = api, set()
        self.fresh()

    def fresh(self):
        """New entries, each as a dict of all its columns."""
        found = {repr(sorted(row.items())): row for row in self._api.db.rows(LOG)}
        new = [row for key, row in found.items() if key not in self._seen]
        self._seen |= set(found)
        return [row for row in new if row["action"] in KNOWN]

    def only(self, after):
        """The one entry that is new; fails the check where there are none or more."""
        new = self.fresh()
        expect(len(new), equal_to=1, because=f"entries of {after}")
        return new[0]

    def adds(self, *wanted, after, leaving_out=()):
        """Fails the check unless exactly these entries are new: each as ``said(...)``; ``after`` is what happened."""
        new = [row for row in self.fresh() if row["action"] not in leaving_out]
        seen = [said(row["action"], row["object_type"], row["object_id"], row["actor_id"]) for row in new]
        expect(sorted(seen), equal_to=sorted(wanted), because=f"entries of {after}")
        return new


def said(action, kind="", key="", by=None):
    """An entry in words."""
    of = f"{kind} {key}".strip() or "nothing"
    return f"{action} of {of} by {'nobody' if by is None else by}"


def of_user(action, user, by=None):
    """The entry about an account; ``user`` and ``by`` have an ``id``, or are one."""
    return said(action, "accounts.user", getattr(user, "id", user), getattr(by, "id", by))


@check("audit.sessions", seconds=120)
def test_log_ins(api, db, log_in, admin_login):
    """A log-in writes one entry of whoever it is, by API and admin; what is no log-in writes none."""
    log, editor, reader = Log(api), api.people["editor"], api.people["reader"]
    db.update(USERS, {"is_staff": True}, id=editor.id)
    log_in("reader")
    log.adds(of_user("logged_in", reader, reader), after="a log-in by the API")
    admin_login("editor", within_s=SLOW_S).expect(302)
    log.adds(of_user("logged_in", editor, editor), after="a log-in by the admin's page")
    admin_login("reader", within_s=SLOW_S).expect(200)
    log.adds(after="the right password of somebody who is not staff, at the admin's page")
    for body in ({}, {"username": editor.username}, {"username": editor.username, "password": 7}):
        api.post("/auth/login/", json=body).expect(400)
    log.adds(after="log-ins that are refused for their form")


@check("audit.sessions", seconds=120)
def test_failures(api, rng, try_login, admin_login):
    """A failure writes one entry of nobody: about the account, if the name is one's."""
    log = Log(api)
    for who in ("editor", "inactive"):
        try_login(who, password=rng.word(), within_s=SLOW_S).expect(401)
        log.adds(of_user("login_failed", api.people[who]), after=f"a wrong password of {who}")
    try_login("inactive", within_s=SLOW_S).expect(401)
    log.adds(of_user("login_failed", api.people["inactive"]), after="the right password of a closed account")
    try_login(f"{rng.word()}-{rng.word()}", password=rng.word(), within_s=SLOW_S).expect(401)
    log.adds(said("login_failed"), after="a log-in with a name that is nobody's")
    admin_login("contributor", password=rng.word(), within_s=SLOW_S).expect(200)
    log.adds(of_user("login_failed", api.people["contributor"]), after="a wrong password at the admin's page")
    admin_login(f"{rng.word()}-{rng.word()}", password=rng.word(), within_s=SLOW_S).expect(200)
    log.adds(said("login_failed"), after="a name that is nobody's at the admin's page")


@check("audit.sessions", seconds=120)
def test_failures_of_who_is_logged_in(api, site, rng):
    """The wrong password so far is a failure in the log as well, in the API and in the admin."""
    log, new = Log(api), rng.sentence()
    body = {"current_password": rng.word(), "new_password": new}
    api.post("/auth/password/", as_="editor", json=body, within_s=SLOW_S).expect(400)
    log.adds(of_user("login_failed", api.people["editor"]), after="a wrong `current_password`")
    fields = {"old_password": rng.word(), "new_password1": new, "new_password2": new}
    site.submit("/admin/password_change/", fields, expect=(200,), within_s=SLOW_S)
    log.adds(of_user("login_failed", api.people["admin"]), after="a wrong old password in the admin")


@check("audit.sessions", seconds=180)
@pytest.mark.parametrize("who", ["editor", "nobody"])
def test_lock_outs(api_with, rng, try_login, admin_login, who):
    """The failure that reaches the limit writes `locked_out` as well; what is refused after it writes nothing."""
    api = api_with(env={"LOGIN_FAILURE_LIMIT": "2"})
    person = api.people[who].id if who != "nobody" else None
    name = api.people[who].username if person else f"{rng.word()}-{rng.word()}"
    entry = (lambda action: of_user(action, person)) if person else said
    options = {"to": api, "client": HERE, "within_s": SLOW_S}
    log = Log(api)
    try_login(name, password=rng.word(), **options).expect(401)
    log.adds(entry("login_failed"), after="the first of two failures")
    try_login(name, password=rng.word(), **options).expect(401, 429)
    log.adds(entry("login_failed"), entry("locked_out"), after="the failure that reaches the limit")
    right = api.people[who].password if person else rng.word()
    for password in (right, rng.word()):
        try_login(name, password=password, **options).expect(429)
        admin_login(name, password=password, **options).expect(429)
    log.adds(after="attempts that are refused while the name is locked out")


@check("audit.sessions", seconds=120)
def test_log_outs(api, site, log_in):
    """A log-out writes one entry, by `/logout/`, `/logout-everywhere/` and in the admin; one that is refused none."""
    reader, admin = api.people["reader"], api.people["admin"]
    first, second = log_in("reader"), log_in("reader")
    log = Log(api)
    api.post("/auth/logout/", json={"refresh": first.refresh}).expect(204)
    log.adds(of_user("logged_out", reader, reader), after="`/logout/`")
    api.post("/auth/logout/", json={"refresh": first.refresh}).expect(401)
    api.post("/auth/logout/", json={}).expect(400)
    log.adds(after="log-outs that are refused")
    api.post("/auth/logout-everywhere/", as_=second.caller).expect(204)
    log.adds(of_user("logged_out_everywhere", reader, reader), after="`/logout-everywhere/`")
    api.post("/auth/logout-everywhere/", as_=second.caller).expect(401)
    log.adds(after="`/logout-everywhere/` by a session that has ended")
    site.request("POST", "/admin/logout/", body=b"x=1", headers=FORM).expect(200, 302)
    log.adds(of_user("logged_out", admin, admin), after="the admin's log-out")


@check("audit.sessions", seconds=120)
def test_refreshes(api, log_in, renew):
    """A refresh writes nothing; reuse writes one entry, once."""
    session = log_in("reader")
    log = Log(api)
    following = renew(session)
    log.adds(after="`/refresh/`")
    api.post("/auth/refresh/", json={"refresh": session.refresh}).expect(401)
    log.adds(of_user("token_reused", api.people["reader"]), after="a refresh token that came twice")
    for token in (session.refresh, following.refresh, "nonsense"):
        api.post("/auth/refresh/", json={"refresh": token}).expect(401)
    log.adds(after="refresh tokens of a session that has ended")


@check("audit.accounts", seconds=120)
def test_registrations(api, db, rng, register):
    """An account that comes to be by `/register/` writes one entry of its own; what is taken or wrong writes none."""
    log, name, address = Log(api), rng.word(), f"{rng.word()}@example.com"
    password = rng.sentence()
    register(name, password, email=address, within_s=SLOW_S).expect(202)
    key = db.one(USERS, "id", username=name)["id"]
    log.adds(of_user("registered", key, key), after="a registration")
    register(name, password, within_s=SLOW_S).expect(202)
    register(rng.word() + name, password, email=address.upper(), within_s=SLOW_S).expect(202)
    register(rng.word() + name, "1", within_s=SLOW_S).expect(400)
    log.adds(after="registrations of what is taken or refused")


@check("audit.accounts", seconds=120)
def test_invitations(api, rng, member):
    """An invitation is the admin's entry, the password that is set by it its owner's; void tokens write none."""
    log, person, admin = Log(api), member(), api.people["admin"]
    api.post("/auth/invite/", as_="editor", json={"user": person.id}).expect(403)
    log.adds(after="an invitation that is refused")
    token = api.post("/auth/invite/", as_="admin", json={"user": person.id}).expect(200).object()["token"]
    log.adds(of_user("invited", person, admin), after="`/invite/`")
    api.post("/auth/set-password/", json={"token": token, "new_password": "1"}).expect(400)
    log.adds(after="a password that is refused")
    # Whether that leaves the token as it was is another criterion's business.
    token = api.post("/auth/invite/", as_="admin", json={"user": person.id}).expect(200).object()["token"]
    log.adds(of_user("invited", person, admin), after="another invitation")
    body = {"token": token, "new_password": rng.sentence()}
    api.post("/auth/set-password/", json=body, within_s=SLOW_S).expect(204)
    log.adds(of_user("password_changed", person, person), after="`/set-password/`")
    api.post("/auth/set-password/", json=body).expect(401)
    log.adds(after="a void token")


@check("audit.accounts", seconds=120)
def test_passwords(api, site, rng, member):
    """A changed password writes one entry of whoever changed it, in the admin too, also when it is taken away."""
    log, editor, admin, person = Log(api), api.people["editor"], api.people["admin"], member()
    body = {"current_password": editor.password, "new_password": rng.sentence()}
    api.post("/auth/password/", as_="editor", json={**body, "new_password": "1"}, within_s=SLOW_S).expect(400)
    log.adds(after="a new password that is refused")
    api.post("/auth/password/", as_="editor", json=body, within_s=SLOW_S).expect(204)
    log.adds(of_user("password_changed", editor, editor), after="`/password/`")
    site.set_password(person.id, rng.sentence(), within_s=SLOW_S)
    log.adds(of_user("password_changed", person, admin), after="a password that is set in the admin")
    gone = {"password1": "", "password2": "", "usable_password": "false", "unset-password": "1"}
    site.submit(f"/admin/accounts/user/{person.id}/password/", gone)
    log.adds(of_user("password_changed", person, admin), after="a password that is taken away in the admin")
    new = rng.sentence()
    fields = {"old_password": admin.password, "new_password1": new, "new_password2": new}
    site.submit("/admin/password_change/", fields, within_s=SLOW_S)
    log.adds(of_user("password_changed", admin, admin), after="one's own password, changed in the admin")


@check("audit.accounts", seconds=120)
def test_accounts_by_the_api(api, rng):
    """What admins do by the API writes one entry each, of what is another than before alone."""
    log, admin = Log(api), api.people["admin"]
    sent = {"username": rng.word(), "email": f"{rng.word()}@example.com", "role": "reader"}
    api.post("/users/", as_="editor", json=sent).expect(403)
    api.post("/users/", as_="admin", json={**sent, "username": ""}).expect(400)
    log.adds(after="accounts that are refused")
    key = api.post("/users/", as_="admin", json=sent).expect(201).object()["id"]
    log.adds(of_user("created", key, admin), after="`POST /users/`")
    path = f"/users/{key}/"
    for changes, actions in (
        ({"role": "editor"}, ["role_changed"]),
        ({"role": "editor"}, []),
        ({"first_name": rng.word()}, []),
        ({"is_active": False}, ["deactivated"]),
        ({"is_active": False, "role": "editor"}, []),
        ({"is_active": True, "role": "contributor"}, ["reactivated", "role_changed"]),
    ):
        api.patch(path, as_="admin", json=changes).expect(200)
        log.adds(*(of_user(action, key, admin) for action in actions), after=f"PATCH with {sorted(changes)}")
    own = f"/users/{admin.id}/"
    api.patch(own, as_="admin", json={"role": "reader"}).expect(400)
    api.patch(path, as_="editor", json={"role": "admin"}).expect(403, 404)
    api.delete(path, as_="editor").expect(403, 404)
    log.adds(after="changes that are refused")
    api.delete(path, as_="admin").expect(204)
    log.adds(of_user("deleted", key, admin), after="`DELETE /users/{id}/`")


@check("audit.accounts", seconds=120)
def test_accounts_in_the_admin(api, db, site, rng):
    """The same in Django's admin; a form that changes several privileges writes one entry of them."""
    log, admin, name = Log(api), api.people["admin"], rng.word()
    password = rng.sentence()
    fields = {"username": name, "password1": password, "password2": password, "usable_password": "true"}
    site.submit("/admin/accounts/user/add/", fields, within_s=SLOW_S)
    key = db.one(USERS, "id", username=name)["id"]
    log.adds(of_user("created", key, admin), after="an account made in the admin", leaving_out=["password_changed"])
    db.insert("auth_group", name=rng.word())
    group = str(db.rows("auth_group", "id")[-1]["id"])
    path = site.user(key)
    for changes, actions in (
        ({"first_name": rng.word()}, []),
        ({"role": "editor"}, ["role_changed"]),
        ({"is_active": ...}, ["deactivated"]),
        ({"is_active": "on"}, ["reactivated"]),
        ({"is_staff": "on", "is_superuser": "on"}, ["privileges_changed"]),
        ({"groups": [group]}, ["privileges_changed"]),
        ({}, []),
        ({"is_superuser": ..., "groups": ..., "role": "reader"}, ["privileges_changed", "role_changed"]),
    ):
        site.submit(path, changes)
        log.adds(*(of_user(action, key, admin) for action in actions), after=f"a form with {sorted(changes)} changed")
    site.submit(path, {"username": "", "role": "admin"}, expect=(200,))
    log.adds(after="a form that is refused")


@check("audit.accounts", seconds=60)
def test_deletions_in_the_admin(api, site, member):
    """An account that is deleted in the admin writes one entry, on its own page and from the list."""
    log, admin, one, others = Log(api), api.people["admin"], member(), [member(), member()]
    site.submit(f"/admin/accounts/user/{one.id}/delete/", {})
    log.adds(of_user("deleted", one, admin), after="an account deleted on its page")
    chosen = [("_selected_action", str(other.id)) for other in others]
    body = urlencode([("action", "delete_selected"), ("post", "yes"), *chosen]).encode()
    site.request("POST", "/admin/accounts/user/", body=body, headers=FORM).expect(302)
    log.adds(*(of_user("deleted", other, admin) for other in others), after="accounts deleted from the list")


@check("audit.accounts", seconds=90)
def test_commands(api, app, db, manage, rng, member):
    """`createsuperuser` and `changepassword` write an entry of nobody, without address and request."""
    log, name, person = Log(api), rng.word(), member()
    done = manage("createsuperuser", "--noinput", "--username", name, "--email", f"{name}@example.com")
    expect_that(done.ok, expected="`createsuperuser --noinput` to end with 0", observed=done.code)
    key = db.one(USERS, "id", username=name)["id"]
    [made] = log.adds(of_user("created", key), after="`createsuperuser`")
    typed = app.call("unittest.mock:patch", "getpass.getpass", return_value=f"{rng.sentence()} 7")
    typed.start()
    done = manage("changepassword", person.username)
    expect_that(done.ok, expected="`changepassword` to end with 0", observed=done.code)
    [changed] = log.adds(of_user("password_changed", person), after="`changepassword`")
    for row in (made, changed):
        expect((row["address"], row["request_id"]), equal_to=(None, ""), because="it happened outside of requests")


@check("audit.content", seconds=90)
def test_posts(api, rows):
    """Publishing, archiving and deleting write one entry each of whoever did it; what stays as it is writes none."""
    log, author, editor = Log(api), api.people["contributor"], api.people["editor"]
    for version, who, person in (("v1", "contributor", author), ("", "editor", editor)):
        post = rows.post(author="contributor")
        path = f"/posts/{post.id}/"
        for action, verb in (("publish", "published"), ("unpublish", "archived")):
            api.post(f"{path}{action}/", as_=who, version=version).expect(200)
            log.adds(said(verb, "posts.post", post.id, person.id), after=f"`{action}`")
            api.post(f"{path}{action}/", as_=who, version=version).expect(200)
            log.adds(after=f"`{action}` of a post that is so already")
            api.post(f"{path}{action}/", as_="contributor2", version=version).expect(403, 404)
            log.adds(after=f"`{action}` by somebody who may not")
        api.patch(path, as_=who, json={"title": "Another"}, version=version).expect(200)
        log.adds(after="a change of a post")
        api.delete(path, as_="reader", version=version).expect(403, 404)
        log.adds(after="a deletion that is refused")
        api.delete(path, as_=who, version=version).expect(204)
        log.adds(said("deleted", "posts.post", post.id, person.id), after="`DELETE /posts/{id}/`")
    empty = rows.post(author="contributor", body="")
    api.post(f"/posts/{empty.id}/publish/", as_="contributor").expect(400)
    log.adds(after="publishing a post without a body")


@check("audit.content", seconds=60)
def test_comments(api, rows):
    """Moderation writes one entry of whoever moderated; a status that stays as it is, and a refusal, write none."""
    comment = rows.comment(post=rows.post(state="out", author="contributor"), author="reader")
    path, log = f"/comments/{comment.id}/", Log(api)
    for who, action in (("contributor", "approve"), ("editor", "reject"), ("admin", "approve")):
        api.post(f"{path}{action}/", as_=who).expect(200)
        log.adds(said("moderated", "comments.comment", comment.id, api.people[who].id), after=f"`{action}`")
        api.post(f"{path}{action}/", as_=who).expect(200)
        log.adds(after=f"`{action}` of a comment that is so already")
    api.post(f"{path}reject/", as_="reader2").expect(403, 404)
    log.adds(after="moderation by somebody who may not")


@check("audit.content", seconds=60)
def test_services(api, app, rows):
    """The services write the same outside of requests, without address and request."""
    post, editor = rows.post(author="contributor"), api.people["editor"]
    comment = rows.comment(author="reader")
    by = app.model("accounts.User").objects.get(pk=editor.id)
    stored, spoken = app.model("posts.Post").objects.get(pk=post.id), app.model("comments.Comment")
    spoken, log = spoken.objects.get(pk=comment.id), Log(api)
    for name, verb in (("publish_post", "published"), ("archive_post", "archived")):
        for wanted in ([said(verb, "posts.post", post.id, editor.id)], []):
            app.call(f"posts.services:{name}", post=stored, by=by)
            for row in log.adds(*wanted, after=f"`{name}`{'' if wanted else ' once more'}"):
                expect((row["address"], row["request_id"]), equal_to=(None, ""), because="there is no request")
    for wanted in ([said("moderated", "comments.comment", comment.id, editor.id)], []):
        app.call("comments.services:moderate_comment", comment=spoken, by=by, status="approved")
        for row in log.adds(*wanted, after=f"`moderate_comment`{'' if wanted else ' once more'}"):
            expect((row["address"], row["request_id"]), equal_to=(None, ""), because="there is no request")


def _account(rng):
    return {"username": rng.word(), "email": f"{rng.word()}@example.com"}


def tells(log, answer, address, began):
    """The one new entry has this address, the id of that answer, and the time."""
    row, shown = log.only(answer.asked), f"the entry of {answer.asked}"
    expect(row["address"], equal_to=address, because=f"the client's address in {shown}")
    expect(row["request_id"], equal_to=answer.header("X-Request-ID"), because=f"the id of the request in {shown}")
    told = row["created_at"]
    right = began - SLACK <= told <= datetime.now(UTC) + SLACK
    expect_that(right, expected=f"the time of the request in {shown}", observed=str(told))


@check("audit.request", seconds=120)
def test_who_asked_from_where(api, site, rng, try_login, member):
    """An entry has the client's address and the id of the request, which was sent or made, in the API and the admin."""
    log = Log(api)
    for client in (HERE, THERE):
        for sent in ({"X-Request-ID": f"{rng.word()}-{rng.randrange(10**8, 10**9)}"}, {}, {"X-Request-ID": "no id!"}):
            forwarded = {**sent, "X-Forwarded-For": "198.51.100.1"}
            began, account = datetime.now(UTC), _account(rng)
            answer = api.post("/users/", as_="admin", json=account, client=client, headers=forwarded)
            tells(log, answer.expect(201), client, began)
        began, wrong = datetime.now(UTC), rng.word()
        answer = try_login("editor", password=wrong, client=client, within_s=SLOW_S).expect(401)
        tells(log, answer, client, began)
    began = datetime.now(UTC)
    answer = site.submit(site.user(member().id), {"role": "editor"}, client=HERE)
    tells(log, answer, HERE, began)


@check("audit.request", seconds=60)
def test_behind_a_proxy(api_with, rng):
    """Behind a proxy the address is the last one that it forwarded."""
    api = api_with(env={"TRUSTED_PROXIES": "1"})
    log, began = Log(api), datetime.now(UTC)
    sent = {"X-Forwarded-For": f"198.51.100.1, {HERE}"}
    options = {"client": "192.0.2.9", "headers": sent, "within_s": SLOW_S}
    answer = api.post("/users/", as_="admin", json=_account(rng), **options)
    tells(log, answer.expect(201), HERE, began)


@check("audit.request", seconds=90)
def test_what_was_typed_is_not_kept(api, rng, try_login, admin_login):
    """Of a failure nothing else is kept of what was typed: neither a name that is nobody's nor a password."""
    for ask in (try_login, admin_login):
        for who in ("editor", None):
            log, name, password = Log(api), f"{rng.word()}.{rng.word()}", f"{rng.word()}+{rng.word()}"
            ask(who or name, password=password, within_s=SLOW_S).expect(401, 200)
            row = log.only("a failure")
            kept = " ".join(map(str, row.values()))
            for typed in (name, password):
                expect_that(typed not in kept, expected="an entry without what was typed", observed="it is in there")
