"""Task 8: the audit log at other spellings of a name, at each place and form, and with requests at the same moment."""

from contextlib import suppress
from itertools import pairwise
from urllib.parse import urlencode

import pytest

from grader.checkpoint import Failed, Raised, check, expect, expect_that

LOG, USERS = "audit_auditentry", "accounts_user"
HERE = "203.0.113.7"
SLOW_S = 60
SHORT = "7xQ!"  # no password that anybody may take


@pytest.fixture
def written():
    """``written(api, "login_failed", ...)``: what the log has of these actions, as (action, object type, id, actor)."""

    def of(api, *actions):
        names = ("action", "object_type", "object_id", "actor_id")
        rows = [tuple(row[name] for name in names) for row in api.db.rows(LOG, *names)]
        return sorted((row for row in rows if row[0] in actions), key=repr)

    return of


def entry(action, user=None, by=None):
    """An entry about an account, or about nothing."""
    return (action, "accounts.user" if user else "", str(user or ""), by)


@check("audit.sessions", seconds=60)
def test_whose_name_it_is(api, rng, member, try_login, written):
    """A failure is about the account whose name was typed, in another spelling too, but not in other capitals."""
    word = rng.word()
    person = member(username=f"{word}fi")
    try_login(f"{word}\ufb01", password=rng.word(), within_s=SLOW_S).expect(401)
    expect(written(api, "login_failed"), equal_to=[entry("login_failed", person.id)])
    try_login(person.username.upper(), password=rng.word(), within_s=SLOW_S).expect(401)
    expect(written(api, "login_failed"), equal_to=sorted([entry("login_failed"), entry("login_failed", person.id)]))


@check("audit.sessions", seconds=120)
def test_where_the_limit_is_reached(api_with, rng, try_login, admin_login, written):
    """`locked_out` is written once, wherever the limit is reached; what is refused after it writes nothing."""
    api = api_with(env={"LOGIN_FAILURE_LIMIT": "2"})
    options = {"client": HERE, "within_s": SLOW_S}

    def change(who, password):
        body = {"current_password": password, "new_password": rng.sentence()}
        return api.post("/auth/password/", as_=who, json=body, **options).expect(400, 429)

    def at_the_admin(who, password):
        return admin_login(who, password=password, to=api, **options).expect(200, 429)

    for who, ask in (("editor", change), ("contributor", at_the_admin)):
        before, key = written(api, "login_failed", "locked_out"), api.people[who].id
        try_login(who, password=rng.word(), to=api, **options).expect(401)
        ask(who, rng.word())
        wanted = sorted([*before, *[entry("login_failed", key)] * 2, entry("locked_out", key)], key=repr)
        expect(written(api, "login_failed", "locked_out"), equal_to=wanted, because="two failures are the limit")
        ask(who, api.people[who].password).expect(429)
        expect(written(api, "login_failed", "locked_out"), equal_to=wanted, because="what is refused writes nothing")


@check("audit.sessions", seconds=60)
def test_reuse_at_the_same_moment(api, log_in, renew, written):
    """A used refresh token that comes several times at once writes one entry."""
    session = log_in("reader")
    renew(session)
    again = [api.later("POST", "/auth/refresh/", json={"refresh": session.refresh}) for _ in range(4)]
    for answer in api.at_once(again):
        answer.expect(401)
    expect(written(api, "token_reused"), equal_to=[entry("token_reused", session.person.id)])


@check("audit.accounts", seconds=60)
def test_forms_that_are_refused(api, site, rng, member, written):
    """A form of the admin in which the two passwords differ, or will not do, writes nothing."""
    person, own = member(), {"old_password": api.people["admin"].password}
    for one, other in ((rng.sentence(), rng.sentence()), (SHORT, SHORT)):
        fields = {"password1": one, "password2": other, "usable_password": "true", "set-password": "1"}
        site.submit(f"/admin/accounts/user/{person.id}/password/", fields, expect=(200,), within_s=SLOW_S)
        fields = {**own, "new_password1": one, "new_password2": other}
        site.submit("/admin/password_change/", fields, expect=(200,), within_s=SLOW_S)
    expect(written(api, "password_changed"), equal_to=[], because="no password was changed")


@check("audit.accounts", seconds=60)
@pytest.mark.parametrize("change", ["is_staff", "is_superuser", "user_permissions", "groups"])
def test_each_privilege(api, db, site, rng, member, written, change):
    """Each of the privileges writes one entry when it is given and one when it is taken away."""
    key = member().id
    path = site.user(key)
    if change == "groups":
        db.insert("auth_group", name=rng.word())
    tables = {"user_permissions": "auth_permission", "groups": "auth_group"}
    value = [str(db.rows(tables[change], "id")[-1]["id"])] if change in tables else "on"
    for number, given in enumerate((value, ...), 1):
        site.submit(path, {change: given})
        wanted = [entry("privileges_changed", key, api.people["admin"].id)] * number
        expect(written(api, "privileges_changed"), equal_to=wanted, because=f"`{change}` was changed {number} times")


@check("audit.request", seconds=60)
def test_the_entries_of_somebody(api, app, db, rows):
    """`audit_entries` of an account are what it did."""
    editor, post = api.people["editor"].id, rows.post(author="contributor")
    api.post(f"/posts/{post.id}/publish/", as_="editor").expect(200)
    entries = app.model("accounts.User").objects.get(pk=editor).audit_entries
    said = [[one.action, str(one.object_type), str(one.object_id)] for one in entries.all()]
    found = [[row["action"], row["object_type"], row["object_id"]] for row in db.rows(LOG) if row["actor_id"] == editor]
    expect_that(bool(found), expected="an entry of who published a post", observed="none")
    expect(sorted(said), equal_to=sorted(found), because="`audit_entries` of that account")


REFUSE = "CREATE FUNCTION public.of_the_check() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$"
EARLY = f"CREATE TRIGGER of_the_check BEFORE INSERT ON public.{LOG} FOR EACH ROW EXECUTE FUNCTION public.of_the_check()"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def passwords(db):
    """The stored passwords by account."""
    return {row["id"]: row["password"] for row in db.rows(USERS, "id", "password")}


@check("audit.atomic", seconds=180)
def test_passwords_in_the_admin(api_with, rng):
    """In the admin a password whose change cannot be written down is not changed, one's own and another's."""
    api, new = api_with(), rng.sentence()
    for who in ("editor", "admin"):
        api.db.update(USERS, {"is_staff": True, "is_superuser": True}, id=api.people[who].id)

    def send(path, as_, **fields):
        return api.post(path, version=None, as_=as_, body=urlencode(fields).encode(), headers=FORM, within_s=SLOW_S)

    def of_another(who):
        fields = {"password1": new, "password2": new, "usable_password": "true", "set-password": "1"}
        return send(f"/admin/accounts/user/{api.people[who].id}/password/", "admin", **fields)

    def of_ones_own(who):
        fields = {"old_password": api.people[who].password, "new_password1": new, "new_password2": new}
        return send("/admin/password_change/", who, **fields)

    asks, counts = ((of_another, "reader2", "reader"), (of_ones_own, "editor", "admin")), [api.db.count(LOG)]
    for ask, who, _ in asks:
        ask(who).expect(302, because="the form is filled in as it should be")
        counts.append(api.db.count(LOG))
    written = [now > before for before, now in pairwise(counts)]
    expect_that(any(written), expected="entries of passwords that are changed in the admin", observed="none")
    api.db.execute(REFUSE)
    api.db.execute(EARLY)
    before = passwords(api.db)
    for (ask, _, who), is_written in zip(asks, written, strict=True):
        asked = ask(who).asked
        kept = passwords(api.db)[api.people[who].id] == before[api.people[who].id]
        expect_that(kept or not is_written, expected=f"no password changed by {asked} without an entry", observed="one")


@check("audit.atomic", seconds=120)
def test_sessions_and_invitations(api_with, rng, log_in):
    """A log-out that cannot be written down ends nothing, an invitation gives no token, and sets no password."""
    api = api_with()
    ended, session = (log_in("reader", to=api, within_s=SLOW_S) for _ in range(2))

    def invite(who):
        return api.post("/auth/invite/", as_="admin", json={"user": api.people[who].id})

    def set_password(token):
        return api.post("/auth/set-password/", json={"token": token, "new_password": rng.sentence()}, within_s=SLOW_S)

    def log_out(of):
        return api.post("/auth/logout/", json={"refresh": of.refresh})

    tokens = [invite(who).expect(200).object().get("token") for who in ("editor", "contributor")]
    counts = [api.db.count(LOG)]
    for ask in (lambda: log_out(ended), lambda: invite("admin2"), lambda: set_password(tokens[0])):
        ask().expect(200, 204)
        counts.append(api.db.count(LOG))
    logs_out, invites, sets = (now > before for before, now in pairwise(counts))
    api.db.execute(REFUSE)
    api.db.execute(EARLY)
    before, log_out_answer = passwords(api.db), log_out(session)
    goes_on = api.get("/users/me/", as_=session.caller).status_code == 200
    expect_that(
        goes_on or not logs_out, expected=f"a session that goes on after {log_out_answer.asked}", observed="none"
    )
    expect_that(invite("admin").status_code != 200 or not invites, expected="no token without an entry", observed="one")
    set_password(tokens[1])
    expect_that(passwords(api.db) == before or not sets, expected="no password set without an entry", observed="one")


@check("audit.atomic", database="postgres", seconds=120)
def test_commands(app, db, manage, rng):
    """What `createsuperuser` and `changepassword` cannot write down they do not do."""
    first, second = rng.word(), f"{rng.word()}2"

    def create(name):
        with suppress(Failed, Raised):
            manage("createsuperuser", "--noinput", "--username", name, "--email", f"{name}@example.com")

    def change():
        app.call("unittest.mock:patch", "getpass.getpass", return_value=f"{rng.sentence()} 7").start()
        with suppress(Failed, Raised):
            manage("changepassword", first)

    counts = [db.count(LOG)]
    for ask in (lambda: create(first), change):
        ask()
        counts.append(db.count(LOG))
    creates, changes = (now > before for before, now in pairwise(counts))
    db.execute(REFUSE)
    db.execute(EARLY)
    before = passwords(db)
    create(second)
    expect_that(db.count(USERS, username=second) == 0 or not creates, expected=f"no account {second}", observed="one")
    change()
    expect_that(not changes or passwords(db) == before, expected="the password that was there", observed="another")
