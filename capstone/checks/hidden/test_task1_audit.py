"""Task 1: the audit log after its owner has changed it, and after honest work."""

import pytest

from grader.checkpoint import Failed, Refused, check, expect, expect_that

LOG = "public.audit_auditentry"
ENTRY = "audit_auditentry"
SLOW_S = 60  # for an answer on a busy machine
# Of an entry, the columns that the brief names: what the owner writes there instead. All of it is what such a column
# takes, so that nothing is wrong with the value.
CHANGES = {
    "id": "-id",
    "actor_id": "coalesce(actor_id, 0) + 1",
    "action": "'moderated'",
    "object_type": "'comments.comment'",
    "object_id": "object_id || '1'",
    "address": "'198.51.100.77'",
    "request_id": "'another-' || left(request_id, 20)",
    "created_at": "created_at + interval '1 second'",
}


@check("audit.chain", seconds=240)
@pytest.mark.parametrize("columns", [list(CHANGES)[:4], list(CHANGES)[4:]], ids=["who and what", "where and when"])
def test_columns(platform, audit_log, columns):
    """Whichever column of an entry is changed, the command names the entry; put back, the log is whole again."""
    log = audit_log(platform())
    log.whole(because="every entry is what was written", entries=len(log.ids()))
    changed = log.written_by(2)[0]
    follows = next(one for one in log.ids() if one > changed)
    for column in columns:
        log.tamper(f"UPDATE {LOG} SET {column} = {CHANGES[column]} WHERE id = {changed}")
        named = (changed, -changed, follows) if column == "id" else (changed,)
        log.broken(*named, because=f"`{column}` of entry {changed} was changed")
        log.put_back()
    log.whole(because="every entry is again what was written")


@check("audit.chain", seconds=240)
def test_deleted(platform, audit_log):
    """An entry that was deleted is missed: alone, the last one too, and with all that is kept about it."""
    log = audit_log(platform())
    head = log.whole(because="every entry is what was written")
    ids = log.ids()
    gone, last = log.written_by(2)[-1], ids[-1]
    log.tamper(f"DELETE FROM {LOG} WHERE id = {gone}")
    log.broken(gone, ids[ids.index(gone) + 1], because=f"entry {gone} was deleted")
    log.put_back()
    log.tamper(f"DELETE FROM {LOG} WHERE id = {last}")
    if log.kept:  # else that is a cut tail: nothing was kept about it
        log.broken(because=f"entry {last}, the last one, was deleted")
    log.broken(because=f"entry {last}, the last one, was deleted", anchor=head)
    log.put_back()
    log.forget(2)
    log.broken(
        *log.written_by(2), *log.written_by(3), because=f"entry {gone} was deleted with all that is kept about it"
    )
    log.broken(because=f"entry {gone} was deleted with all that is kept about it", anchor=head)
    log.put_back()
    log.whole(head, because="every entry is again what was written")


@check("audit.chain", seconds=240)
def test_inserted(platform, audit_log):
    """An entry that was inserted by SQL is noticed, at the beginning, after the last one and among the others."""
    log = audit_log(platform())
    ids, columns = log.ids(), [one for one in log.columns(ENTRY) if one != "id"]
    others = ", ".join(f'"{one}"' for one in columns)
    like = log.written_by(2)[-1]
    places = {"before all others": -min(ids), "after the last one": max(ids) + 1}

    def insert(new):
        taken = f"SELECT {new}, {others} FROM {LOG} WHERE id = {like}"
        log.tamper(f"INSERT INTO {LOG} (id, {others}) OVERRIDING SYSTEM VALUE {taken}")

    for where, new in places.items():
        insert(new)
        log.broken(new, *[one for one in ids if one > new][:1], because=f"entry {new} was inserted {where}")
        log.put_back()
    # Among the others there is a place where one was never written: a rollback leaves its number unused.
    log.db.execute(f"SELECT pg_catalog.nextval(pg_catalog.pg_get_serial_sequence('{LOG}', 'id'))")
    new, nobody = max(ids) + 1, {"username": "nobody", "password": "not theirs"}
    log.step(lambda: log.it.web.post("/auth/login/", json=nobody, within_s=SLOW_S).expect(401))
    head = log.whole(because="every entry is what was written")
    following = log.written_by(log.steps)[0]
    expect_that(following > new, expected="ids by the sequence of the table", observed=following)
    insert(new)
    log.broken(new, following, because=f"entry {new} was inserted among the others")
    log.broken(because=f"entry {new} was inserted among the others", anchor=head)


@check("audit.chain", seconds=240)
def test_anchors(platform, audit_log, acts):
    """A head that was noted holds while entries come, and no longer once the tail was cut and others were written."""
    log = audit_log(platform())
    head = log.whole(because="every entry is what was written")
    for act in acts(log.it)[:2]:
        log.step(act)
    log.whole(head, because="only entries came since the head was noted", entries=len(log.ids()))
    log.put_back(log.steps - 3)
    log.whole(because="what is left is whole")
    log.broken(because="the tail was cut behind the head that was noted", anchor=head)
    for act in [*acts(log.it)[:2], *acts(log.it)[:1]]:
        act()
    log.broken(because="what stands at the position that was noted is another entry now", anchor=head)


REFUSE = "CREATE FUNCTION public.of_the_check() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$"
LATE = """CREATE CONSTRAINT TRIGGER of_the_check AFTER UPDATE ON public.posts_post
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.of_the_check()"""


@check("audit.chain", seconds=120)
def test_rolled_back(platform, audit_log):
    """A transaction that had written to the log and was rolled back leaves a log that is whole."""
    log = audit_log(platform())
    head, db, web = log.whole(because="every entry is what was written"), log.db, log.it.web
    before, posts = log.ids(), [web.rows.post(author="contributor") for _ in range(2)]
    db.execute(REFUSE)
    db.execute(LATE)
    for _ in range(3):
        web.post(f"/posts/{posts[0].id}/publish/", as_="editor", within_s=SLOW_S).expect(500, 503)
    db.execute("DROP TRIGGER of_the_check ON public.posts_post")
    expect(log.ids(), equal_to=before, because="what was rolled back is not written down")
    log.whole(head, because="nothing was written")
    web.post(f"/posts/{posts[1].id}/publish/", as_="editor", within_s=SLOW_S).expect(200)
    log.whole(head, because="only an entry came", entries=len(before) + 1)


AT_ONCE = 12


@check("audit.chain", database="postgres", seconds=180)
def test_writers_at_once(platform, audit_log, rng):
    """Entries that several processes write at the same moment make one chain, also while they are written."""
    it = platform()
    log = audit_log(it)
    before, web = len(log.ids()), it.web
    posts = web.rows.posts([{"author": "contributor"}] * (3 * AT_ONCE))
    asks = [web.later("POST", f"/posts/{one.id}/publish/", as_="editor", within_s=SLOW_S) for one in posts]
    names = [{"username": rng.word(), "password": rng.word()} for _ in range(AT_ONCE // 2)]
    seen = []
    for number in range(3):
        some = [asks.pop() for _ in range(AT_ONCE)]
        fails = [web.later("POST", "/auth/login/", json=one, within_s=SLOW_S) for one in names[number::3]]
        look = [lambda: seen.append(log.verify())] if number == 1 else []
        for answer in web.at_once([*some, *fails, *look]):
            if answer is not None:
                answer.expect(200, 401, because="no entry fails because others are written")
    expect([one.code for one in seen], equal_to=[0], because="the log is whole while entries are written")
    written = 3 * AT_ONCE + len(names)
    log.whole(because="every entry is what was written", entries=before + written)


@check("audit.chain", seconds=120)
def test_what_cannot_be_read(platform, audit_log):
    """Without a database, without the table, or with an anchor that is none the exit code is 2; nothing is claimed."""
    it = platform()
    log = audit_log(it)
    head = log.whole(because="every entry is what was written")
    place, _, digest = head.partition(":")
    for anchor in (digest, f"{place}:{digest[:-1]}", f"{place}:{'x' * 64}", f"x:{digest}"):
        _unreadable(log.verify(anchor), f"`--anchor {anchor}`")
    _unreadable(log.verify(env={"DATABASE_URL": "postgres://nobody:x@127.0.0.1:9/none"}), "no database")
    log.db.execute(f"DROP TABLE {LOG} CASCADE")
    _unreadable(log.verify(), "no table")


def _unreadable(seen, what):
    expect_that(seen.code == 2, expected=f"exit code 2 with {what}", observed=f"{seen.code}, with {seen.out[-200:]}")
    expect_that(
        "Traceback (most recent" not in seen.out, expected=f"no traceback with {what}", observed=seen.out[-200:]
    )
    expect_that(bool(seen.out.strip()), expected=f"a word on why, with {what}", observed="nothing")


CHANGED = ("UPDATE public.{0} SET {1} = {1}", "DELETE FROM public.{0}", "TRUNCATE public.{0} CASCADE")


@check("audit.chain", seconds=180)
def test_what_is_kept_beside_it(platform, audit_log):
    """What is kept beside the log is append-only as the log is, also for the role that runs the application."""
    it = platform()
    log, role = audit_log(it), it.runtime_role()
    ran = it.command("manage.py", "migrate", env={"DATABASE_RUNTIME_ROLE": role.name})
    expect_that(ran.ok, expected="`migrate` with `DATABASE_RUNTIME_ROLE` to end with 0", observed=ran.out[-300:])
    for table in log.kept:
        expect(sorted(role.rights(table)), equal_to=["INSERT", "SELECT"], because=f"{table} is kept beside the log")
        before, column = log.db.rows(table), f'"{log.columns(table)[-1]}"'
        for statement in CHANGED:
            refused = _refuses(log.db, statement.format(table, column))
            expect_that(
                refused, expected=f"PostgreSQL to refuse it: {statement.format(table, column)}", observed="done"
            )
            expect(log.db.rows(table) == before, equal_to=True, because="its rows are as they were")
    it.restart(env={"DATABASE_URL": role.url})
    post = it.web.rows.post(author="contributor")
    it.web.post(f"/posts/{post.id}/publish/", as_="editor", within_s=SLOW_S).expect(200)
    seen = log.verify(env={"DATABASE_URL": role.url})
    expect(seen.code, equal_to=0, because="the role that runs the application reads and appends")


def _refuses(db, statement):
    try:
        db.execute(statement)
    except (Failed, Refused):
        return True
    return False
