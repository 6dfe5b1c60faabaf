"""Task 3: which kinds lock, whom, and for how long."""

import pytest

from grader.checkpoint import check, expect

HOME, AWAY, FAR = "203.0.113.7", "198.51.100.9", "192.0.2.44"
LOCK_S = 300


@check("anomalies.locks", seconds=240)
def test_nobody_is_locked_unless_a_variable_asks(log_ins, rng):
    """Without `ANOMALY_LOCKS`, and with other kinds in it, what is reported locks nobody."""
    at = log_ins(ANOMALY_STUFFING_NAMES="2", ANOMALY_RATE_ATTEMPTS="3", ANOMALY_LOCKS="impossible_rate")
    for number in range(2):
        at.fail(f"{rng.word()}{number}", AWAY)
    at.come_in("reader", HOME)
    at.come_in("reader", AWAY)
    at.only("both were reported", credential_stuffing=1, new_address=1)
    at.come_in("reader2", AWAY)


@check("anomalies.locks", seconds=240)
def test_an_address(log_ins, rng, admin_login, has_session):
    """The address gets 429 at both log-in pages, and nothing is written; sessions and other addresses go on."""
    at = log_ins(ANOMALY_STUFFING_NAMES="2", ANOMALY_LOCKS="credential_stuffing", ANOMALY_LOCK_SECONDS=f"{LOCK_S}.5")
    at.web.db.update("accounts_user", {"is_staff": True}, id=at.people["editor"].id)
    names = [f"{rng.word()}{number}" for number in range(3)]
    for name in names[:2]:
        at.attempt(name, client=AWAY).expect(401, 429)
    at.only("two names failed", credential_stuffing=1)
    before = at.web.db.count("audit_auditentry")
    for who, right in (("reader", True), ("reader", False), (names[0], False), (names[2], False)):
        at.attempt(who, client=AWAY, right=right).expect(429, because="the address is locked")
    answer = admin_login(at.web, "editor", client=AWAY).expect(429, because="the address is locked")
    expect(has_session(answer), equal_to=False)
    expect(at.web.db.count("audit_auditentry"), equal_to=before, because="what is refused unevaluated writes nothing")
    at.web.get("/users/me/", as_="reader2", client=AWAY).expect(200, because="sessions go on")
    at.come_in("reader", HOME)
    at.web.age(LOCK_S + 2)
    at.come_in("reader", AWAY)


@check("anomalies.locks", seconds=240)
@pytest.mark.parametrize("kind", ["impossible_rate", "new_address"])
def test_an_account(log_ins, kind):
    """Attempts with the name of the account get 429 from every address; other names go on."""
    at = log_ins(ANOMALY_RATE_ATTEMPTS="3", ANOMALY_LOCKS=f"new_address,{kind}", ANOMALY_LOCK_SECONDS=f"{LOCK_S}")
    at.attempt("reader", client=HOME, right=True).expect(200)
    if kind == "impossible_rate":
        for _ in range(2):
            at.attempt("reader", client=HOME).expect(401, 429)
    else:
        at.attempt("reader", client=AWAY, right=True).expect(200, 429)
    at.only("it was noticed", **{kind: 1})
    before = at.web.db.count("audit_auditentry")
    for client in (HOME, AWAY, FAR):
        for right in (True, False):
            at.attempt("reader", client=client, right=right).expect(429, because="attempts with this name are locked")
    expect(at.web.db.count("audit_auditentry"), equal_to=before, because="what is refused unevaluated writes nothing")
    at.come_in("reader2", HOME)
    at.web.get("/users/me/", as_="reader", client=FAR).expect(200, because="sessions go on")
    at.web.age(LOCK_S + 2)
    at.come_in("reader", HOME)
