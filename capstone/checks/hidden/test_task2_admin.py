"""Task 2: the admin's log-in page."""

import pytest

from grader.checkpoint import check, expect, expect_that


@pytest.fixture
def staff(api, with_factor):
    """The second factor of a member of the staff, who may enter the admin."""
    factor = with_factor(api, "admin")
    for name in ("admin", "admin2"):
        api.db.update("accounts_user", {"is_staff": True}, id=api.people[name].id)
    return factor


@check("mfa.admin", seconds=180)
def test_no_session_without_the_right_code(api, staff, admin_login, has_session, rng, written):
    """Without a code, or with one that is wrong or another's, nobody is logged in; the password was no failure."""
    failures, entries = len(written(api, "login_failed")), len(written(api, "logged_in"))
    for code in (None, "", staff.wrong(rng), "x" * 40):
        answer = admin_login(api, "admin", code=code)
        expect_that(not has_session(answer), expected=f"no session with the code {code!r}", observed="a session")
        answer.expect(200, 400, 401, 403, because="nobody is logged in")
    expect(len(written(api, "login_failed")), equal_to=failures, because="the password was right")
    expect(len(written(api, "logged_in")), equal_to=entries, because="nobody was logged in")


@check("mfa.admin", seconds=180)
@pytest.mark.parametrize("kind", ["of the app", "recovery"])
def test_a_session_with_it(api, staff, admin_login, has_session, kind, written):
    """With a code that was not used the account is logged in, once, and that is written down."""
    entries = len(written(api, "logged_in"))
    code = staff.code(1) if kind == "of the app" else staff.recovery()
    answer = admin_login(api, "admin", code=code).expect(302)
    expect_that(has_session(answer), expected="a session", observed="none")
    expect(len(written(api, "logged_in")), equal_to=entries + 1, because="it is a log-in")
    expect_that(
        not has_session(admin_login(api, "admin", code=code)),
        expected="no session with a code that was used",
        observed="a session",
    )


@check("mfa.admin", seconds=180)
def test_who_has_none(api, staff, admin_login, has_session, rng):
    """Whoever has no second factor comes in as before, and a wrong password is a failure whatever the code."""
    expect_that(has_session(admin_login(api, "admin2")), expected="a session without a code", observed="none")
    answer = admin_login(api, "admin", password=rng.sentence(), code=staff.codes[0])
    expect_that(not has_session(answer), expected="no session with a wrong password", observed="a session")
    expect_that(
        has_session(admin_login(api, "admin", code=staff.codes[0])),
        expected="a session with the code, which a wrong password has not spent",
        observed="none",
    )


@check("mfa.admin", seconds=240)
def test_guessing_here(api, staff, admin_login, has_session, code_step, rng, written):
    """Wrong codes count here as elsewhere: after the limit neither page takes a right one."""
    for _ in range(5):
        admin_login(api, "admin", code=staff.wrong(rng))
    expect(len(written(api, "mfa_failed")), equal_to=5, because="each wrong code is written down")
    answer = admin_login(api, "admin", code=staff.codes[0])
    expect_that(not has_session(answer), expected="no session once the second factor is locked", observed="a session")
    code_step(staff, staff.codes[0]).expect(429, because="it is locked for all paths")
