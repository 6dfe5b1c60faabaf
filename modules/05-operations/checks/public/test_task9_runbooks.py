"""Runbooks, followed word by word."""

from grader.checkpoint import check, expect


@check("delivery.runbooks", seconds=360)
def test_tokens_are_revoked_as_it_is_written(revocation, log_in, access, revoke):
    """Each block of the runbook of token revocation ends with 0: Ann's token is void first, then everybody's."""
    it, third = revocation()
    people = {"ann": log_in(it, "ann"), "a third person": log_in(it, third)}
    before, after = revoke(
        it, people["a third person"].access, lambda: {who: access(it, one) for who, one in people.items()}
    )
    expect(before, equal_to={"ann": 401, "a third person": 200}, because="so it is before the restart")
    expect(
        after,
        equal_to={"ann": 401, "a third person": 401},
        because="after the restart no older token is worth anything",
    )
    expect(access(it, log_in(it, third)), equal_to=200, because="who logs in anew is in")
