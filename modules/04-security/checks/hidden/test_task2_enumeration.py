"""Task 2: what must not tell whether there is an account, neither by an answer nor by the work behind it."""

import re

from grader.checkpoint import check, expect, expect_that

USERS = "accounts_user"
FIELDS = ("id", "username", "email", "password", "role", "is_active", "is_staff", "is_superuser")
# Headers with the time or an id, which are another each time.
OF_ITS_OWN = {"date", "x-request-id", "retry-after", "expires", "last-modified"}
NONCE = re.compile(r"'nonce-[^']*'")  # in Content-Security-Policy, drawn for each answer


def alike(answers):
    """Fails the check unless all answers have the same status, body and headers; ``answers`` by what was asked."""
    (title, first), *others = answers.items()
    for other, answer in others:
        for what, of in (("status", _status), ("body", _body), ("headers", _headers)):
            wanted, seen = of(first), of(answer)
            expect_that(seen == wanted, expected=f"the same {what} for {other} as for {title}: {wanted}", observed=seen)


def _status(answer):
    return answer.status_code


def _body(answer):
    return re.sub(r"\d+", "0", answer.text) if answer.status_code == 429 else answer.text


def _headers(answer):
    return sorted(
        (name.lower(), NONCE.sub("'nonce-…'", value)) for name, value in answer.pairs if name.lower() not in OF_ITS_OWN
    )


@check("accounts.enumeration", seconds=120)
def test_refused_log_ins(rng, try_login):
    """A log-in that fails is the same for an unknown name, a wrong password and a closed account."""
    try_login("reader").expect(200)
    refused = {
        "an unknown name": try_login(rng.word(), password=rng.sentence()),
        "a wrong password": try_login("reader", password=rng.sentence()),
        "a wrong password of a closed account": try_login("inactive", password=rng.sentence()),
        "the right password of a closed account": try_login("inactive"),
        "a name in other capitals": try_login("READER2", password=rng.sentence()),
    }
    refused["an unknown name"].expect(401)
    alike(refused)


@check("accounts.enumeration", seconds=120)
def test_lock_outs(api_with, rng, try_login):
    """A lock-out is the same for an unknown name, an account and a closed one."""
    api = api_with(env={"LOGIN_FAILURE_LIMIT": "1"})
    names = {"an unknown name": rng.word(), "an account": "editor", "a closed account": "inactive"}
    for who in names.values():
        try_login(who, password=rng.sentence(), to=api, within_s=60).expect(401, 429)
    passwords = {"an unknown name": rng.sentence()}
    found = {title: try_login(who, password=passwords.get(title), to=api).expect(429) for title, who in names.items()}
    alike(found)


@check("accounts.enumeration", seconds=120)
def test_what_is_taken(api, db, rng, register, member):
    """A registration is the same for a name or an address that is taken, and changes nothing then."""
    word = rng.word()
    taken = member("editor", username=f"{word}fi", email=f"{word}@example.com")
    closed = member("reader", is_active=False, email=f"closed-{word}@example.com")
    found = {"what is free": register(rng.word(), rng.sentence()).expect(202)}
    before = db.rows(USERS, *FIELDS)
    found |= {
        "a name that is taken": register(taken.username, rng.sentence()),
        "a name that is taken, spelt otherwise": register(f"{word}\ufb01", rng.sentence()),
        "the name of a closed account": register(closed.username, rng.sentence()),
        "an address that is taken": register(rng.word(), rng.sentence(), email=f"{word}@example.com"),
        "the address of a closed account": register(rng.word(), rng.sentence(), email=f"closed-{word}@example.com"),
        "an address in other capitals": register(rng.word(), rng.sentence(), email=f"{word.upper()}@EXAMPLE.com"),
        "a name and an address that are taken": register(
            taken.username, rng.sentence(), email=f"{word.capitalize()}@example.com"
        ),
    }
    alike(found)
    after = db.rows(USERS, *FIELDS)
    expect_that(after == before, expected="no row changed by what is taken", observed=f"{len(after)} accounts")
    for address in (f"{word}@example.com", f"{rng.word()}@example.com"):
        api.patch("/users/me/", as_="reader", json={"email": address}).expect(200)
    addresses = {row["id"]: row["email"] for row in db.rows(USERS, *FIELDS)}
    expect(addresses, equal_to={row["id"]: row["email"] for row in before}, because="addresses stay as they are")


@check("accounts.enumeration-cost", seconds=400)
def test_the_work_of_a_log_in(same_cost, rng, try_login):
    """A log-in costs as much for an unknown name and a closed account as for a wrong password."""
    same_cost(
        {
            "an unknown name": lambda client: try_login(rng.word(), password=rng.sentence(), client=client),
            "a wrong password": lambda client: try_login("reader", password=rng.sentence(), client=client),
            "a closed account": lambda client: try_login("inactive", client=client),
        },
    )


@check("accounts.enumeration-cost", seconds=400)
def test_the_work_of_a_registration(api, same_cost, rng, register):
    """A registration costs as much for a name or an address that is taken as for what is free."""
    name = api.people["editor"].username
    address = f"{rng.word()}@example.com"
    register(rng.word(), rng.sentence(), email=address).expect(202)
    same_cost(
        {
            "what is free": lambda client: register(rng.word(), rng.sentence(), client=client),
            "a name that is taken": lambda client: register(name, rng.sentence(), client=client),
            "an address that is taken": lambda client: register(
                rng.word(), rng.sentence(), email=address, client=client
            ),
        },
    )
