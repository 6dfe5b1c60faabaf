"""Task 6, the admin: the plain cases."""

from grader.checkpoint import check, expect_that


@check("admin.networks", seconds=60)
def test_from_inside_and_outside(api_with):
    """With `ADMIN_NETWORKS` the log-in page is there for an address inside, and 404 for one outside."""
    api = api_with(env={"ADMIN_NETWORKS": "10.0.0.0/8"})
    api.get("/admin/login/", version=None, client="10.20.30.40").expect(200)
    api.get("/admin/login/", version=None, client="192.0.2.1").expect(404)


@check("admin.staff")
def test_staff_gets_in(api, db):
    """The admin lets in who is staff, and no role."""
    db.update("accounts_user", {"is_staff": True}, id=api.people["reader"].id)
    api.get("/admin/", version=None, as_="reader").expect(200)
    page = api.get("/admin/", version=None, as_="admin")
    got_in = page.status_code == 200 and 'type="password"' not in page.text
    expect_that(not got_in, expected="the log-in page for an admin who is not staff", observed="the admin")
