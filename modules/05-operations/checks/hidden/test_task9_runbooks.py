"""Whose tokens the runbook of token revocation ends, and when."""

from grader.checkpoint import check, expect


@check("delivery.runbooks", seconds=360)
def test_all_sessions_of_ann_and_of_nobody_else(revocation, log_in, access, refresh, revoke):
    """Before the restart every access and refresh token of Ann's is refused, and whoever else is there goes on."""
    it, third = revocation()
    ann = {"one": log_in(it, "ann"), "another": log_in(it, "ann")}
    others = {"a third person": log_in(it, third)}
    refused = {f"{which} of ann's": 401 for which in ann} | {f"{which} of ann's, refreshed": 401 for which in ann}

    def look():
        seen = {f"{which} of ann's": access(it, one) for which, one in ann.items()}
        seen |= {f"{which} of ann's, refreshed": refresh(it, one) for which, one in ann.items()}
        return seen | {who: access(it, one) for who, one in others.items()}

    before, _ = revoke(it, others["a third person"].access, look)
    expect(before, equal_to={**refused, "a third person": 200}, because="it is one person's token that is known")


@check("delivery.runbooks", seconds=360)
def test_what_was_signed_before_is_worth_nothing(revocation, log_in, access, refresh, revoke):
    """After the restart every access and refresh token from before is refused, whoever has it; new ones are not."""
    it, third = revocation()
    older = {who: log_in(it, who) for who in ("ann", "operator", third)}
    latest = []

    def look():
        if not latest:
            latest.append(log_in(it, third))
            return {}
        seen = {who: (access(it, one), refresh(it, one)) for who, one in older.items()}
        return seen | {"whoever came last": (access(it, latest[0]), refresh(it, latest[0]))}

    _, after = revoke(it, older[third].access, look)
    expect(set(after.values()), equal_to={(401, 401)}, because="each was signed with the key that is known")
    anew = log_in(it, third)
    expect((access(it, anew), refresh(it, anew)), equal_to=(200, 200), because="who logs in anew is in")
