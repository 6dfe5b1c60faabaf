"""Task 3: what is noticed about log-ins, and who is told."""

import time

from grader.checkpoint import check, expect, expect_that

HOME, AWAY, FAR = "203.0.113.7", "198.51.100.9", "192.0.2.44"
SHORT_S = 8


def about(person):
    """An account, as the audit log has it for an object."""
    return ("accounts.user", str(person.id))


def expect_mails(at, to, *, address, without=()):
    """One e-mail to each of these and to nobody else, which has the address and none of the texts ``without``."""
    mails = at.mails()
    expect(sorted(r for people, _ in mails for r in people), equal_to=sorted(to), because="they are told, once each")
    for _, text in mails:
        expect_that(address in text, expected=f"the address {address} in the e-mail", observed=text[:200])
        found = [one for one in without if one in text]
        expect(found, equal_to=[], because="no name that was tried stands in the e-mail")


@check("anomalies.new-address", seconds=240)
def test_who_is_told_of_a_new_address(log_ins):
    """The account and each active admin get an e-mail with the address; the audit log names the account."""
    at = log_ins()
    for _ in range(2):
        at.come_in("reader", HOME)
    expect(at.mails(), equal_to=[], because="nothing was unusual")
    at.come_in("reader", AWAY)
    at.only("one address was new", new_address=1)
    expect(at.reported("new_address"), equal_to=[about(at.people["reader"])])
    expect_mails(at, [*at.admins, at.addresses["reader"]], address=AWAY)


@check("anomalies.new-address", seconds=240)
def test_what_is_no_new_address(log_ins):
    """A failure, a first log-in, and an address that the account came from before are not unusual; a third one is."""
    at = log_ins()
    for who in ("reader", "reader2", "editor"):
        at.come_in(who, HOME)
    at.fail("reader", AWAY)
    at.come_in("contributor", AWAY)
    at.only("nobody came in from elsewhere")
    at.come_in("reader", AWAY)
    for client in (HOME, AWAY, HOME):
        at.come_in("reader", client)
    at.only("the account came from both addresses before", new_address=1)
    at.come_in("reader", FAR)
    at.come_in("reader2", AWAY)
    at.only("each account and address is a subject of its own", new_address=3)


@check("anomalies.new-address", seconds=240)
def test_with_a_second_factor(log_ins, with_factor, challenge, code_step):
    """With a second factor it is the second step that is a log-in."""
    at = log_ins()
    factor = with_factor(at.web, "editor")
    code_step(factor, factor.recovery(), given=challenge(at.web, "editor", client=HOME), client=HOME).expect(200)
    token = challenge(at.web, "editor", client=AWAY)
    at.only("a first step is no log-in")
    code_step(factor, factor.recovery(), given=token, client=AWAY).expect(200)
    at.only("somebody came in from elsewhere", new_address=1)


@check("anomalies.new-address", seconds=240)
def test_at_the_admins_page(log_ins, admin_login):
    """The admin's log-in page counts as the API does."""
    at = log_ins()
    at.web.db.update("accounts_user", {"is_staff": True}, id=at.people["editor"].id)
    at.come_in("editor", HOME)
    admin_login(at.web, "editor", client=HOME).expect(302)
    at.only("it is the same address")
    admin_login(at.web, "editor", client=AWAY).expect(302)
    at.only("it is another address", new_address=1)


@check("anomalies.impossible-rate", seconds=240)
def test_attempts_of_both_kinds_from_many_addresses(log_ins):
    """Log-ins and failures count together, from whatever addresses; it is reported once, to the admins."""
    at = log_ins(ANOMALY_RATE_ATTEMPTS="6")
    at.come_in("reader", HOME)
    for number in range(3):
        at.fail("reader", f"198.51.100.{number + 1}")
    at.come_in("reader", HOME)
    for number in range(3):
        at.fail("reader2", FAR)
        at.fail(f"nobody-{number}", FAR)
    at.only("five attempts at one account are fewer than six")
    at.fail("reader", AWAY)
    at.only("it is the sixth attempt at this account", impossible_rate=1)
    for _ in range(2):
        at.fail("reader", AWAY)
    at.only("it was reported before", impossible_rate=1)
    expect(at.reported("impossible_rate"), equal_to=[about(at.people["reader"])])
    expect_mails(at, at.admins, address=AWAY)


@check("anomalies.impossible-rate", seconds=240)
def test_attempts_outside_of_the_window(log_ins):
    """An attempt that is older than `ANOMALY_RATE_SECONDS` does not count."""
    at = log_ins(ANOMALY_RATE_ATTEMPTS="3", ANOMALY_RATE_SECONDS=f"{SHORT_S}.5")
    for _ in range(2):
        at.fail("reader", HOME)
        time.sleep(SHORT_S + 1)
        at.fail("reader", HOME)
        time.sleep(SHORT_S + 1)
    at.only("no three attempts lie in one window")


@check("anomalies.impossible-rate", seconds=240)
def test_reported_again(log_ins):
    """Once the quiet time is over it is reported again."""
    at = log_ins(ANOMALY_RATE_ATTEMPTS="2", ANOMALY_QUIET_SECONDS="5.5")
    for _ in range(2):
        at.fail("reader", HOME)
    before = at.seen()["impossible_rate"]
    expect_that(before in (1, 2), expected="a report", observed=before)
    time.sleep(7)
    at.fail("reader", HOME)
    expect_that(at.seen()["impossible_rate"] > before, expected="another report after the quiet time", observed=before)


@check("anomalies.credential-stuffing", seconds=240)
def test_names_from_one_address(log_ins, rng):
    """Different names that fail from one address, of accounts or not, are reported to the admins, without a name."""
    at = log_ins(ANOMALY_STUFFING_NAMES="4")
    typed = [f"zq{rng.getrandbits(80):x}" for _ in range(5)]
    for name in (typed[0], typed[0], "reader", typed[1], "reader"):
        at.fail(name, AWAY)
    for number, name in enumerate(typed[2:]):
        at.fail(name, f"203.0.113.{number + 1}")
    for who in ("reader", "reader2", "editor", "contributor"):
        at.come_in(who, AWAY)
    at.only("three names failed from one address, of four")
    at.fail(typed[4], AWAY)
    at.only("it is the fourth name", credential_stuffing=1)
    at.fail(typed[3], AWAY)
    at.only("it was reported before", credential_stuffing=1)
    expect(at.reported("credential_stuffing"), equal_to=[("", "")], because="no account is its object")
    names = [*typed, *(at.people[who].username for who in ("reader", "editor"))]
    expect_mails(at, at.admins, address=AWAY, without=names)
    for table in at.web.db.tables():
        text = repr(at.web.db.rows(table))
        found = [name for name in typed if name in text]
        expect(found, equal_to=[], because=f"what was typed as a name may be a password, and {table} has it")


@check("anomalies.credential-stuffing", seconds=240)
def test_names_outside_of_the_window(log_ins, rng):
    """A name that failed longer ago than `ANOMALY_STUFFING_SECONDS` does not count."""
    at = log_ins(ANOMALY_STUFFING_NAMES="3", ANOMALY_STUFFING_SECONDS=f"{SHORT_S}.5")
    for number in range(4):
        at.fail(f"{rng.word()}{number}", HOME)
        time.sleep(SHORT_S / 2 + 1.5)
    at.only("no three names lie in one window")
    for number in range(3):
        at.fail(f"{rng.word()}-{number}", AWAY)
    at.only("three names lie in one window", credential_stuffing=1)
