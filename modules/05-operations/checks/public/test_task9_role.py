"""Who runs the application is not who owns the tables."""

from grader.checkpoint import check, expect, expect_that


@check("delivery.role", seconds=60)
def test_the_role_of_the_application(platform, runtime_role, rng):
    """`migrate` grants `DATABASE_RUNTIME_ROLE` what the application does; the audit log it cannot change."""
    it = platform()
    role = runtime_role(it)
    expect_that(
        {"SELECT", "INSERT", "UPDATE", "DELETE"} <= role.rights("posts_post"),
        expected="SELECT, INSERT, UPDATE and DELETE on posts_post",
        observed=", ".join(sorted(role.rights("posts_post"))) or "no right",
    )
    for statement in ("DELETE FROM public.audit_auditentry", "ALTER TABLE public.posts_post ADD COLUMN more integer"):
        expect(role.refuses(statement), equal_to="42501", because=f"`{statement}` is the owner's alone")
    it.restart(env={"DATABASE_URL": role.url})
    sent = {"title": rng.title(), "body": rng.sentence()}
    it.web.post("/posts/", as_="contributor", json=sent).expect(201)
