"""What the role may do that runs the application, and what is left to the owner of the tables."""

import pytest

from grader.checkpoint import check, expect, expect_that

TABLES = ("accounts_user", "posts_post", "posts_post_tags", "posts_category", "posts_tag", "comments_comment")
EVERYDAY = {"SELECT", "INSERT", "UPDATE", "DELETE"}
REFUSED = (
    "UPDATE public.audit_auditentry SET action = action",
    "DELETE FROM public.audit_auditentry",
    "TRUNCATE public.audit_auditentry",
    "ALTER TABLE public.audit_auditentry DISABLE TRIGGER USER",
    "ALTER TABLE public.audit_auditentry DISABLE TRIGGER ALL",
    "ALTER TABLE public.audit_auditentry OWNER TO CURRENT_USER",
    "DROP TABLE public.audit_auditentry",
    "SET session_replication_role = replica",
    "CREATE TABLE public.further (id integer)",
    "ALTER TABLE public.posts_post ADD COLUMN further integer",
    "ALTER TABLE public.comments_comment DROP COLUMN body",
    "CREATE INDEX further ON public.accounts_user (username)",
    "DROP TABLE public.posts_tag",
)


@check("delivery.role", seconds=120)
def test_rights(platform, runtime_role):
    """`migrate` grants what the application does every day, and of the audit log only to read and to append."""
    role = runtime_role(platform())
    for table in TABLES:
        missing = EVERYDAY - role.rights(table)
        expect_that(not missing, expected=f"{sorted(EVERYDAY)} on {table}", observed=f"without {sorted(missing)}")
    expect(sorted(role.rights("audit_auditentry")), equal_to=["INSERT", "SELECT"], because="the audit log only grows")
    for statement in REFUSED:
        expect(role.refuses(statement), equal_to="42501", because=f"what `{statement}` does is the owner's alone")


@check("delivery.role", seconds=120)
def test_once_more(platform, runtime_role):
    """`migrate` can be run again, by the next deployment, and grants the same."""
    it = platform()
    role = runtime_role(it)
    before = {table: sorted(role.rights(table)) for table in (*TABLES, "audit_auditentry")}
    ran = it.command("manage.py", "migrate", env={"DATABASE_RUNTIME_ROLE": role.name})
    expect_that(ran.ok, expected="`migrate` to end with 0", observed=ran.out[-300:])
    expect({table: sorted(role.rights(table)) for table in before}, equal_to=before, because="nothing has changed")


@check("delivery.role", seconds=180)
@pytest.mark.parametrize("who", ["editor", "admin"])
def test_the_application_as_this_role(platform, runtime_role, comment, status_of, rng, who):
    """Server and worker do all of their work as this role."""
    it = platform()
    role = runtime_role(it)
    before = len(it.web.db.rows("audit_auditentry", "id"))
    it.restart(env={"DATABASE_URL": role.url})
    sent = {"title": rng.title(), "body": rng.sentence()}
    path = f"/posts/{it.web.post('/posts/', as_=who, json=sent).expect(201).object().get('id')}/"
    it.web.patch(path, as_=who, json={"title": rng.title()}).expect(200)
    it.web.post(f"{path}publish/", as_=who).expect(200)
    key = comment(it, it.web.rows.post(state="out"), as_="editor")
    it.worker(env={"DATABASE_URL": role.url})
    it.until(
        lambda: status_of(it, key) == "approved",
        expected="a worker that approves a comment of an editor",
        observed=lambda: status_of(it, key),
        within_s=60,
    )
    it.web.delete(path, as_=who).expect(204)
    expect_that(
        len(it.web.db.rows("audit_auditentry", "id")) > before,
        expected="more entries in the audit log",
        observed="as many as before",
    )
