"""Task 2: from the secret to the end of a second factor, and what is written down of it."""

import pytest

from grader.checkpoint import check, expect, expect_that

PATHS = ("enrol", "confirm", "recovery-codes", "disable")


@check("mfa.enrolment", seconds=180)
def test_states(api, begin_factor, with_factor, password_step, rng):
    """What fits no state of the second factor is 409, and a log-in asks for no code before it is confirmed."""
    person = api.people["reader"]
    body = {"password": person.password, "code": f"{rng.randrange(10**6):06}"}
    for path in PATHS[1:]:
        api.post(f"/auth/mfa/{path}/", as_="reader", json=body, within_s=60).expect(409, because="nothing was enrolled")
    begin_factor(api, "reader")
    for path in PATHS[2:]:
        api.post(f"/auth/mfa/{path}/", as_="reader", json=body, within_s=60).expect(
            409, because="nothing was confirmed"
        )
    password_step(api, "reader").expect(200, because="the second factor was not confirmed")
    factor = with_factor(api, "editor")
    factor.post("enrol", password=factor.person.password).expect(409, because="there is a second factor")
    factor.post("confirm", code=factor.code(1)).expect(409, because="there is a second factor")


@check("mfa.enrolment", seconds=180)
def test_the_last_secret_counts(api, begin_factor, on_field, rng, written):
    """To enrol again before the confirmation makes another secret; codes of the first one are wrong then."""
    first, second = begin_factor(api, "contributor"), begin_factor(api, "contributor")
    expect_that(first.key != second.key, expected="another secret each time", observed="the same")
    for code in (first.code(), second.wrong(rng)):
        on_field(api, second.post("confirm", code=code), "code")
    expect(written(api, "mfa_confirmed"), equal_to=[], because="no right code came")
    second.post("confirm", code=second.code()).expect(200)


@check("mfa.enrolment", seconds=180)
@pytest.mark.parametrize("version", ["v1", ""])
def test_who_may(api, version, rng):
    """Below `/api/v1` and `/api` all four need somebody who is authenticated, and a body that is whole."""
    person = api.people["reader"]
    for path in PATHS:
        whole = {"password": person.password, "code": "123456"}
        api.post(f"/auth/mfa/{path}/", json=whole, version=version).expect(401)
        for bad in ({}, {"password": 7, "code": 7}, {"password": None, "code": None}):
            answer = api.post(f"/auth/mfa/{path}/", as_="reader", json=bad, version=version, within_s=60)
            answer.expect(400, 409, because="the body is not whole")
    api.post("/auth/mfa/login/", json={"challenge": [7], "code": None}, version=version).expect(400)
    api.post("/auth/mfa/login/", json={"challenge": rng.word(), "code": "1"}, version=version).expect(401)


@check("mfa.enrolment", seconds=180)
def test_the_password_comes_first(api, begin_factor, with_factor, on_field, rng, written):
    """A wrong password is 400 on it, a failure of module 04, and spends no code; a wrong code is 400 on it."""
    person = api.people["contributor"]
    wrong, failures = rng.sentence(), len(written(api, "login_failed"))
    enrol = api.post("/auth/mfa/enrol/", as_=person, json={"password": wrong}, within_s=60)
    on_field(api, enrol, "password")
    expect(len(written(api, "login_failed")), equal_to=failures + 1, because="a wrong password is a failure")
    factor = with_factor(api, "editor")
    for path in PATHS[2:]:
        code = factor.codes[0]
        on_field(api, factor.post(path, password=wrong, code=code), "password")
        on_field(api, factor.post(path, password=wrong, code=factor.wrong(rng)), "password")
        on_field(api, factor.post(path, password=factor.person.password, code=factor.wrong(rng)), "code")
    factor.post("disable", password=factor.person.password, code=factor.codes[0]).expect(
        204, because="no code was spent"
    )


@check("mfa.enrolment", seconds=180)
def test_new_recovery_codes(api, with_factor, code_step, got_in):
    """Ten new recovery codes are good, and those before are void, used or not."""
    factor = with_factor(api, "editor")
    old = list(factor.codes)
    answer = factor.post("recovery-codes", password=factor.person.password, code=factor.recovery())
    new = answer.expect(200).object().get("codes")
    expect_that(
        isinstance(new, list) and len(set(map(str, new))) == len(old) and not {*map(str, new)} & {*old},
        expected="ten other recovery codes",
        observed=type(new).__name__,
    )
    for code in (old[0], old[-1]):
        code_step(factor, code).expect(401, because="new recovery codes make those before void")
    got_in(code_step(factor, new[0]), factor)


@check("mfa.enrolment", seconds=180)
def test_what_is_written_down(api, with_factor, written):
    """Each step is one entry of the audit log, with the account as actor and as object."""
    factor = with_factor(api, "editor")
    password, key = factor.person.password, factor.person.id
    factor.post("recovery-codes", password=password, code=factor.recovery()).expect(200)
    factor.post("disable", password=password, code=factor.code(1)).expect(204)
    entry = [(key, "accounts.user", str(key))]
    for action in ("mfa_enrolled", "mfa_confirmed", "mfa_recovery_codes_renewed", "mfa_disabled"):
        expect(written(api, action), equal_to=entry, because=f"`{action}` is written once")


@check("mfa.enrolment", seconds=180)
def test_without_it_again(api, with_factor, password_step, code_step, challenge):
    """After the end of a second factor the password is enough again, and another one can be enrolled."""
    factor = with_factor(api, "editor")
    before = challenge(api, "editor")
    factor.post("disable", password=factor.person.password, code=factor.recovery()).expect(204)
    password_step(api, "editor").expect(200, because="there is no second factor any more")
    code_step(factor, factor.recovery(), given=before).expect(401, because="the second factor was disabled")
    again = with_factor(api, "editor")
    expect_that(again.key != factor.key, expected="another secret", observed="the one before")
