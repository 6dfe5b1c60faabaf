"""Task 2: which code is right, and how often."""

import pytest

from grader.checkpoint import check, expect

AT_ONCE = 4  # below the limit of wrong codes


@check("mfa.codes", seconds=240)
def test_steps(api, begin_factor, on_field):
    """The code of the step before and of the one after are right, those of two steps away are not."""
    for person, offset in (("reader", -1), ("contributor", 1)):
        factor = begin_factor(api, person)
        factor.post("confirm", code=factor.code(offset)).expect(200, because=f"the code is of step {offset:+}")
    factor = begin_factor(api, "editor")
    for offset in (-2, 2):
        on_field(api, factor.post("confirm", code=factor.code(offset)), "code")
    factor.post("confirm", code=factor.code()).expect(200, because="the code is of this step")


@check("mfa.codes", seconds=240)
def test_no_code_of_a_step_that_is_spent(api, begin_factor, code_step, got_in):
    """After a code neither it nor one of an earlier step is right, the confirming one included."""
    factor = begin_factor(api, "editor")
    step = factor.step()
    code, earlier, later = (factor.code(offset, step=step) for offset in (0, -1, 1))
    factor.post("confirm", code=code).expect(200)
    for spent in (code, earlier):
        code_step(factor, spent).expect(401, because="a code of this step was accepted before")
    got_in(code_step(factor, later), factor)
    for spent in (later, code):
        code_step(factor, spent).expect(401, because="a code of this step, or of a later one, was accepted before")


def without_separators(code):
    """Letters and digits alone."""
    return "".join(one for one in code if one.isalnum())


@check("mfa.codes", seconds=240)
def test_recovery_codes(api, with_factor, code_step, got_in, written):
    """A recovery code is good once, however it is written, and each use is written down."""
    factor = with_factor(api, "editor")
    password, key = factor.person.password, factor.person.id
    for write in (str.lower, str.upper, without_separators):
        code = factor.recovery()
        got_in(code_step(factor, write(code)), factor, because="it is one of the ten recovery codes")
        for again in (code, write(code)):
            code_step(factor, again).expect(401, because="the recovery code was used before")
    factor.post("recovery-codes", password=password, code=factor.recovery()).expect(200)
    expect(
        written(api, "mfa_recovery_code_used"),
        equal_to=[(key, "accounts.user", str(key))] * 4,
        because="four recovery codes were used",
    )


@check("mfa.codes", database="postgres", seconds=240)
@pytest.mark.parametrize("kind", ["of the app", "recovery"])
def test_one_code_at_the_same_moment(api, with_factor, challenge, code_step, kind):
    """Of several requests with one code at the same moment one gets in."""
    factor = with_factor(api, "editor")
    tokens = [challenge(api, "editor") for _ in range(AT_ONCE)]
    code = factor.code(1) if kind == "of the app" else factor.recovery()
    answers = api.at_once([lambda token=token: code_step(factor, code, given=token) for token in tokens])
    statuses = sorted(answer.expect(200, 401).status_code for answer in answers)
    expect(statuses, equal_to=[200] + [401] * (AT_ONCE - 1), because="the code works once")
