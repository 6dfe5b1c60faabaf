"""Task 8: what is in the audit log stays there, and is there if and only if what it is about is."""

from contextlib import suppress

import pytest

from grader.checkpoint import Failed, Refused, check, expect, expect_that, raises, stored_rows

LOG = "audit_auditentry"
TABLE = f"public.{LOG}"
SLOW_S = 60
# Values that the table takes: what refuses them is not a rule about values.
CHANGES = (
    f"UPDATE {TABLE} SET action = 'logged_out'",
    f"UPDATE {TABLE} SET actor_id = NULL",
    f"UPDATE {TABLE} SET object_id = '0'",
    f"UPDATE {TABLE} SET request_id = 'x', address = NULL WHERE action = 'logged_in'",
    f"UPDATE {TABLE} SET created_at = now() - interval '1 day'",
    f"UPDATE {TABLE} SET object_type = 'posts.post'",
    f"UPDATE {TABLE} SET address = NULL",
    f"DELETE FROM {TABLE}",
    f"DELETE FROM {TABLE} WHERE action = 'logged_in'",
    f"TRUNCATE {TABLE}",
    f"TRUNCATE {TABLE} CASCADE",
)


def entries(db):
    """All that the log holds."""
    return sorted(repr(sorted(row.items())) for row in db.rows(LOG))


@check("audit.append-only", seconds=90)
def test_sql_of_the_owner(api, db, log_in):
    """`UPDATE`, `DELETE` and `TRUNCATE` fail for the owner of the table, whatever they were granted."""
    log_in("reader")
    before = entries(db)
    assert before, "a log-in writes an entry"
    db.execute("UPDATE public.posts_tag SET name = name")
    with suppress(Failed, Refused):  # what an owner took from themselves they can give back
        db.execute(f"GRANT ALL ON {TABLE} TO CURRENT_USER")
    for statement in CHANGES:
        try:
            db.execute(statement)
        except (Failed, Refused):
            accepted = False
        else:
            accepted = True
        expect_that(not accepted, expected=f"PostgreSQL to refuse {statement}", observed="it was carried out")
        expect_that(entries(db) == before, expected=f"the rows as they were after {statement}", observed="others")
    log_in("reader")
    expect_that(len(db.rows(LOG)) == len(before) + 1, expected="new entries still to be written", observed="none")


def _write(migrations, name):
    """Writes an entry, as `createsuperuser` does; where that does not (another criterion), by the model."""
    before = len(entries(migrations.db))
    command, options = "createsuperuser", {"username": name, "email": f"{name}@example.com", "verbosity": 0}
    migrations.app.call("django.core.management:call_command", command, interactive=False, **options)
    if len(entries(migrations.db)) == before:
        migrations.model("audit.AuditEntry").objects.create(action="created")
    expect_that(len(entries(migrations.db)) > before, expected="an entry to be written", observed="none")


def _stays(migrations):
    """SQL of the project's own connection changes nothing in the log."""
    before = entries(migrations.db)
    statements = [f"UPDATE {LOG} SET action = 'logged_out'", f"DELETE FROM {LOG}"]
    if migrations.kind == "postgres":
        statements.append(f"TRUNCATE {LOG}")
    for statement in statements:
        with raises("django.db.utils.DatabaseError"):
            migrations.app.get("django.db:connection").cursor().execute(statement)
        expect_that(
            entries(migrations.db) == before, expected=f"the rows as before after {statement}", observed="others"
        )


@check("audit.append-only", seconds=180)
def test_back_and_forwards(migrations, rng):
    """The log refuses changes on both databases, and after `migrate audit zero` and forwards again as well."""
    migrations.migrate()
    _write(migrations, rng.word())
    _stays(migrations)
    migrations.migrate("audit", "zero")
    expect_that(LOG not in migrations.db.tables(), expected=f"no table {LOG} after `audit zero`", observed="a table")
    migrations.migrate()
    expect(len(entries(migrations.db)), equal_to=0, because="the table has been made anew")
    _write(migrations, f"{rng.word()}2")
    _stays(migrations)


def _account(like):
    name = f"{like.username}-2"
    return {"username": name, "email": f"{name}@example.com"}


@check("audit.append-only", seconds=90)
def test_what_is_deleted(api, db, rows, site, member, log_in):
    """Entries stay as they are when their actor or their object is deleted, `actor_id` included."""
    people = [member("admin"), member("contributor")]
    sessions = [log_in(person) for person in people]
    post = rows.post(author="editor")
    api.post(f"/posts/{post.id}/publish/", as_=sessions[0].caller).expect(200)
    api.post("/users/", as_=sessions[0].caller, json=_account(people[0])).expect(201)
    before = entries(db)
    api.delete(f"/posts/{post.id}/", as_="editor").expect(204)
    api.delete(f"/users/{people[0].id}/", as_="admin").expect(204)
    site.submit(f"/admin/accounts/user/{people[1].id}/delete/", {})
    for person in people:
        expect(db.count("accounts_user", id=person.id), equal_to=0, because="the account was deleted")
    gone = set(before) - set(entries(db))
    expect(len(gone), equal_to=0, because="entries that are not as they were, after their actor or object was deleted")


REFUSE = "CREATE FUNCTION public.of_the_check() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$"
LATE = """CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON public.{table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.of_the_check()"""
EARLY = "CREATE TRIGGER {name} BEFORE INSERT ON public.{table} FOR EACH ROW EXECUTE FUNCTION public.of_the_check()"


@pytest.fixture
def scene(api_with, rng):
    """``api, ask``: a server of the check's own, and ``ask(0)`` and ``ask(1)``, each of which does all that is written
    down to rows of its own. They give one answer after the other.
    """
    api = api_with()
    rows = api.rows
    drafts = rows.posts([{"author": "contributor"}] * 4)
    out = rows.posts([{"state": "out", "author": "contributor"}] * 2)
    comments = rows.comments([{"post": rows.post(state="out", author="contributor")}] * 2)
    people, spare = rows.users([{"role": "reader"}] * 2), rows.users([{"role": "reader"}] * 2)

    def ask(turn):
        new, address = rng.sentence(), f"{rng.word()}@example.com"
        who = ("editor2", "reader2")[turn]
        body = {"current_password": api.people[who].password, "new_password": new}
        account = {"username": rng.word(), "email": f"{rng.word()}@example.com", "password": new}
        yield api.post(f"/posts/{drafts[turn].id}/publish/", as_="editor", within_s=SLOW_S)
        yield api.post(f"/posts/{out[turn].id}/unpublish/", as_="editor")
        yield api.delete(f"/posts/{drafts[turn + 2].id}/", as_="editor")
        yield api.post(f"/comments/{comments[turn].id}/approve/", as_="editor")
        yield api.post("/users/", as_="admin", json={"username": rng.word(), "email": address})
        yield api.patch(f"/users/{people[turn].id}/", as_="admin", json={"role": "editor"})
        yield api.patch(f"/users/{people[turn].id}/", as_="admin", json={"is_active": False})
        yield api.delete(f"/users/{spare[turn].id}/", as_="admin")
        yield api.post("/auth/register/", json=account, within_s=SLOW_S)
        yield api.post("/auth/password/", as_=who, json=body, within_s=SLOW_S)

    return api, ask


def _written(db, answers):
    """Which of these are written down while nothing stands in the way; that all are is another criterion's business."""
    found, before = set(), len(entries(db))
    for number, answer in enumerate(answers):
        answer.expect(200, 201, 202, 204)
        now = len(entries(db))
        if now > before:
            found.add(number)
        before = now
    expect_that(bool(found), expected="entries of what is done to posts and accounts", observed="none")
    return found


@check("audit.atomic", seconds=180)
@pytest.mark.parametrize("how", [EARLY, LATE], ids=["at once", "at the end"])
def test_what_cannot_be_written_down(scene, how):
    """Where the entry cannot be written, at once or at the end of the transaction, nothing is done."""
    api, ask = scene
    db, reader = api.db, api.people["reader"]
    body = {"username": reader.username, "password": reader.password}

    def more():
        yield api.post("/auth/login/", json=body, within_s=SLOW_S)
        yield api.post("/auth/logout-everywhere/", as_="demoted")

    written, sessions = _written(db, ask(0)), _written(db, more())
    db.execute(REFUSE)
    db.execute(how.format(name="of_the_check", table=LOG))
    before = stored_rows(db)
    for number, answer in enumerate(ask(1)):
        now = stored_rows(db)
        if number in written:
            expect_that(now == before, expected=f"nothing done by {answer.asked}", observed="a change")
        before = now
    if 0 in sessions:
        status = api.post("/auth/login/", json=body, within_s=SLOW_S).status_code
        expect_that(status != 200, expected="no log-in that is not in the log", observed="tokens")
    if 1 in sessions:
        api.post("/auth/logout-everywhere/", as_="contributor2")
        api.get("/users/me/", as_="contributor2").expect(200, because="the end of its sessions cannot be written down")


@check("audit.atomic", seconds=180)
def test_what_does_not_happen(scene):
    """Where what an entry is about fails at the end of its transaction, there is no entry."""
    api, ask = scene
    db = api.db
    _written(db, ask(0))
    db.execute(REFUSE)
    for table in ("posts_post", "comments_comment", "accounts_user"):
        db.execute(LATE.format(name="of_the_check", table=table))
    before = entries(db)
    for answer in ask(1):
        new = len(set(entries(db)) - set(before))
        expect_that(not new, expected=f"no entry of {answer.asked}, which failed", observed=f"{new} entries")
