"""Task 3: unusual log-ins, the plain cases."""

from grader.checkpoint import check, expect

HOME, AWAY = "203.0.113.7", "198.51.100.9"


@check("anomalies.new-address", seconds=180)
def test_from_elsewhere(log_ins):
    """The first log-in is not unusual, the same address again is not, and another address is: once."""
    at = log_ins()
    for client in (HOME, HOME):
        at.come_in("reader", client)
    at.only("one address is not new")
    for _ in range(2):
        at.come_in("reader", AWAY)
    at.only("this address is new, once", new_address=1)


@check("anomalies.impossible-rate", seconds=180)
def test_too_often(log_ins):
    """The attempt that is one too many for an account is reported, and the one before is not."""
    at = log_ins(ANOMALY_RATE_ATTEMPTS="4")
    for number in range(3):
        at.fail("reader", f"203.0.113.{number + 1}")
    at.only("three attempts are fewer than four")
    at.fail("reader", "203.0.113.9")
    at.only("it is the fourth attempt", impossible_rate=1)


@check("anomalies.credential-stuffing", seconds=180)
def test_many_names(log_ins, rng):
    """The name that is one too many for an address is reported; one name that fails often is not."""
    at = log_ins(ANOMALY_STUFFING_NAMES="3")
    first, *names = (f"{rng.word()}{number}" for number in range(3))
    for name in (first, first, first, names[0]):
        at.fail(name, HOME)
    at.only("two different names are fewer than three")
    at.fail(names[1], HOME)
    at.only("it is the third name", credential_stuffing=1)


@check("anomalies.locks", seconds=180)
def test_a_lock(log_ins, rng):
    """An address that is locked gets 429 with the right password too, another one does not."""
    at = log_ins(ANOMALY_STUFFING_NAMES="2", ANOMALY_LOCKS="credential_stuffing")
    for number in range(2):
        at.attempt(f"{rng.word()}{number}", client=AWAY).expect(401, 429)
    at.attempt("reader", client=AWAY, right=True).expect(429, because="the address is locked")
    at.come_in("reader", HOME)
    expect(len(at.reported("credential_stuffing")), equal_to=1)
