"""Task 2: a second factor, the plain cases."""

from grader.checkpoint import check, expect, expect_that


@check("mfa.enrolment", seconds=120)
def test_enrol_and_confirm(api, begin_factor, with_factor, rng, on_field, written):
    """A right code confirms the secret and gives ten recovery codes; a wrong one does not. Both are written down."""
    begun = begin_factor(api, "reader")
    on_field(api, begun.post("confirm", code=begun.wrong(rng)), "code")
    factor = with_factor(api, "editor")
    key = factor.person.id
    expect(written(api, "mfa_confirmed"), equal_to=[(key, "accounts.user", str(key))])
    factor.post("enrol", password=factor.person.password).expect(409, because="there is a second factor")


@check("mfa.login", seconds=120)
def test_two_steps(api, with_factor, code_step, password_step, got_in):
    """The password gives a challenge, and the challenge with a code gives tokens; without a factor all is as before."""
    factor = with_factor(api, "editor")
    got_in(code_step(factor, factor.recovery()), factor)
    password_step(api, "reader").expect(200, because="this account has no second factor")


@check("mfa.codes", seconds=120)
def test_a_code_works_once(api, with_factor, code_step, got_in):
    """A code of the app is taken once, and so is a recovery code."""
    factor = with_factor(api, "editor")
    code, recovery = factor.code(1), factor.recovery()
    for one in (code, recovery):
        got_in(code_step(factor, one), factor)
        code_step(factor, one).expect(401, because="the code was used before")


@check("mfa.guessing", seconds=120)
def test_too_many_wrong_codes(api, with_factor, code_step, rng):
    """The fifth wrong code locks the second factor: the next one is 429, were it right."""
    factor = with_factor(api, "editor")
    for _ in range(5):
        code_step(factor, factor.wrong(rng)).expect(401, 429, because="the limit is 5")
    code_step(factor, factor.recovery()).expect(429)


@check("mfa.admin", seconds=120)
def test_the_log_in_page(api, with_factor, admin_login, has_session):
    """Whoever has a second factor does not come into the admin without a code, and does with one."""
    factor = with_factor(api, "admin")
    api.db.update("accounts_user", {"is_staff": True}, id=factor.person.id)
    expect_that(not has_session(admin_login(api, "admin")), expected="no session without a code", observed="a session")
    expect_that(
        has_session(admin_login(api, "admin", code=factor.recovery())),
        expected="a session with a recovery code",
        observed="none",
    )


@check("mfa.storage", seconds=120)
def test_what_is_stored(api, with_factor):
    """Neither the secret nor a recovery code stands in a table as it is."""
    factor = with_factor(api, "editor")
    plain = {"the secret": factor.secret, "a recovery code": factor.codes[0]}
    for table in api.db.tables():
        text = repr(api.db.rows(table)).lower()
        found = [what for what, value in plain.items() if value.lower() in text]
        expect(found, equal_to=[], because=f"a stolen copy of {table} gives nobody a second factor")
