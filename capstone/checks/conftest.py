"""What every check of the capstone stands on, beside the deployment of the kit."""

import base64
import binascii
import hashlib
import hmac
import re
import time
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from grader.checkpoint import FieldRefusals, expect, expect_that, fail

LOG = "audit_auditentry"
HEAD = re.compile(r"^\s*Head: ([1-9][0-9]*):([0-9a-f]{64})\s*$", re.MULTILINE)
NAMED = re.compile(r"\bentry\s+#?(-?[0-9]+)", re.IGNORECASE)
MOST_NAMED = 3  # ids in one message: whoever lists them all has not said which it is
# Tables of the modules and of Django, in which no project keeps what belongs to its audit log.
BRIEFS = ("accounts_", "posts_", "comments_", "auth_", "django_")
COPY = "of_the_check"
SLOW_S = 60  # for an answer on a busy machine


@dataclass(frozen=True)
class Verified:
    """What `verify_audit_log` said: its exit code, all of its output, and the head that it printed, or ""."""

    code: int
    out: str
    head: str

    @property
    def named(self):
        """The ids after the word `entry`, each once."""
        return list(dict.fromkeys(int(one) for one in NAMED.findall(self.out)))


@dataclass
class AuditLog:
    """The audit log of a deployment, as the owner of its tables reaches it.

    Statements are carried out with the rights of the project's own role: it owns the tables, and nothing that the
    project has defined there runs with more. After each ``step`` there is a copy of the log and of what is kept beside
    it, by number; copy 0 is what was there before the first one.
    """

    it: object
    kept: tuple = ()
    steps: int = 0
    entries: list = field(default_factory=list)

    @property
    def db(self):
        return self.it.web.db

    @property
    def tables(self):
        """The log, and what the project keeps beside it."""
        return (LOG, *self.kept)

    def ids(self):
        """The ids of all entries, in order."""
        return [row["id"] for row in self.db.rows(LOG, "id")]

    def verify(self, anchor=None, **options):
        """Runs the command, with an anchor if one is given."""
        argv = ["manage.py", "verify_audit_log", *(["--anchor", anchor] if anchor else [])]
        ran = self.it.command(*argv, within_s=SLOW_S, **options)
        found = HEAD.search(ran.out)
        return Verified(ran.code, ran.out, f"{found[1]}:{found[2]}" if found else "")

    def whole(self, anchor=None, *, because, entries=None):
        """The head, of a log that has to be whole; ``entries`` is how many it has to tell."""
        seen = self.verify(anchor)
        said = f"{seen.code}, with {_last(seen)}"
        expect_that(seen.code == 0, expected=f"exit code 0, because {because}", observed=said)
        if entries is not None:
            told = re.search(rf"(?<![0-9]){entries}(?![0-9:])", HEAD.sub("", seen.out))
            expect_that(told, expected=f"the number of entries, {entries}", observed=_last(seen))
        if not seen.head and self.db.count(LOG):
            fail(expected="a line `Head: POSITION:DIGEST`", observed=_last(seen))
        return seen.head

    def broken(self, *accepted, because, anchor=None):
        """The log has to be broken, at one of the entries that have these ids; at whatever place if there are none."""
        seen = self.verify(anchor)
        said = f"{seen.code}, with {_last(seen)}"
        expect_that(seen.code == 1, expected=f"exit code 1, because {because}", observed=said)
        if accepted:
            right = set(seen.named) & set(accepted) and len(seen.named) <= MOST_NAMED
            wanted = " or ".join(f"`entry {one}`" for one in dict.fromkeys(accepted))
            expect_that(right, expected=f"{wanted}, because {because}", observed=_last(seen))

    def tamper(self, *statements):
        """Carries these out with the triggers of the log, and of what is kept beside it, switched off meanwhile."""
        self._switch("DISABLE")
        try:
            self.db.execute("; ".join(statements))
        finally:
            self._switch("ENABLE")

    def _switch(self, word):
        # In transactions of their own: where a deferred constraint is still to be looked at, no table can be altered.
        self.db.execute("; ".join(f"ALTER TABLE public.{table} {word} TRIGGER USER" for table in self.tables))

    def take(self):
        """A copy of all that there is now."""
        for table in self.tables:
            self.db.execute(f"CREATE TABLE public.{_copy(table, self.steps)} AS TABLE public.{table}")
        self.entries.append(self.ids())

    def step(self, act):
        """Does something that has to be written down, and takes a copy."""
        act()
        self.steps += 1
        self.take()

    def written_by(self, number):
        """The ids of the entries that this step has written."""
        return [one for one in self.entries[number] if one not in self.entries[number - 1]]

    def put_back(self, number=None):
        """All as it was after this step, the last one if none is named."""
        number = self.steps if number is None else number
        for table in self.tables:
            columns = ", ".join(f'"{one}"' for one in self.columns(table))
            self.tamper(
                f"DELETE FROM public.{table}",
                f"INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE "
                f"SELECT {columns} FROM public.{_copy(table, number)}",
            )

    def columns(self, table):
        """The columns of a table that are stored; what the database computes comes by itself."""
        return [one.name for one in self.db.columns(table) if one.name in self._stored(table)]

    def _stored(self, table):
        rows = self.db.rows(table)
        return set(rows[0]) if rows else {one.name for one in self.db.columns(table)}

    def forget(self, number):
        """Deletes what this step has written, to the log and beside it."""
        for table in reversed(self.tables):
            before, after = (f"SELECT c::text FROM public.{_copy(table, n)} AS c" for n in (number - 1, number))
            self.tamper(
                f"DELETE FROM public.{table} AS t WHERE t::text IN ({after}) AND t::text NOT IN ({before})",
            )


def _copy(table, number):
    return f"{COPY}_{table}_{number}"[:60]


def _last(seen):
    return " ".join(seen.out.split())[-200:] or "nothing"


@pytest.fixture
def acts(rng):
    """``acts(it)`` are things that are written to the audit log, each of another kind, as calls to be made."""

    def make(it):
        web, post = it.web, it.web.rows.post(author="contributor")
        path = f"/users/{web.rows.user(role='reader').id}/"
        wrong = {"username": web.people["reader2"].username, "password": rng.word()}
        return [
            lambda: web.post(f"/posts/{post.id}/publish/", as_="editor", within_s=SLOW_S).expect(200),
            lambda: web.post("/auth/login/", json=wrong, within_s=SLOW_S).expect(401),
            lambda: web.patch(path, as_="admin", json={"role": "editor"}, within_s=SLOW_S).expect(200),
            lambda: web.post(f"/posts/{post.id}/unpublish/", as_="editor", within_s=SLOW_S).expect(200),
        ]

    return make


@pytest.fixture
def audit_log(acts):
    """``audit_log(it)`` is its ``AuditLog`` with a copy after each of four steps.

    What the project keeps beside the log are the tables that grow with every entry, whatever it is about. Foreign keys
    between these tables are taken away, as their owner can.
    """

    def make(it):
        log, grown = AuditLog(it), []
        for act in acts(it):
            before = _counts(log.db)
            act()
            after = _counts(log.db)
            expect_that(after[LOG] > before.get(LOG, 0), expected="an entry in the audit log", observed="none")
            grown.append({table for table, number in after.items() if number > before.get(table, 0)})
        log.kept = tuple(sorted(set.intersection(*grown) - {LOG}))
        for table in log.tables:
            for one in log.db.constraints(table):
                if one.kind == "foreign-key":
                    log.db.execute(f'ALTER TABLE public.{table} DROP CONSTRAINT "{one.name}"')
        log.take()
        for act in acts(it):
            log.step(act)
        return log

    return make


def _counts(db):
    names = [name for name in db.tables() if not name.startswith((*BRIEFS, COPY))]
    return {name: db.count(name) for name in names}


# A second factor

HTTPS = {"X-Forwarded-Proto": "https"}
STEP_S, DIGITS = 30, 6
LEFT_S = 12  # of a step, so that a request is answered before the next one begins
ENOUGH = 32  # characters of a secret
TEN = 10
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def step_now():
    """The number of the time step that it is now."""
    return int(time.time() // STEP_S)


def in_a_fresh_step():
    """Waits until enough is left of the time step for a request; its number."""
    left = STEP_S - time.time() % STEP_S
    if left < LEFT_S:
        time.sleep(left + 0.1)
    return step_now()


def totp(key, step):
    """The code of a time step, by RFC 6238 with SHA-1 and six digits."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


@dataclass
class Factor:
    """The second factor of a person at a server, as an authenticator app has it."""

    to: object
    person: object
    secret: str
    key: bytes
    codes: list = field(default_factory=list)

    def code(self, offset=0, *, step=None):
        """The code of the step that it is now, or of one before or after it."""
        return totp(self.key, (in_a_fresh_step() if step is None else step) + offset)

    def step(self):
        """The number of the time step that it is now, of which enough is left for a request."""
        return in_a_fresh_step()

    def wrong(self, rng):
        """Six digits that are a code of no step around now."""
        near = {totp(self.key, step_now() + offset) for offset in range(-4, 7)}
        return next(code for code in iter(lambda: f"{rng.randrange(10**DIGITS):0{DIGITS}}", "") if code not in near)

    def recovery(self):
        """The next of the recovery codes."""
        return self.codes.pop()

    def post(self, path, **body):
        """A request of this person to a path below `/auth/mfa`."""
        return self.to.post(f"/auth/mfa/{path}/", as_=self.person, json=body, within_s=SLOW_S)


@pytest.fixture
def begin_factor():
    """``begin_factor(api, "editor")``: the secret that `/enrol/` gives, which no code has confirmed yet."""

    def begin(to, who):
        person = to.people[who]
        answer = to.post("/auth/mfa/enrol/", as_=person, json={"password": person.password}, within_s=SLOW_S)
        found = answer.expect(200).object()
        secret, uri = (found.get(name) for name in ("secret", "uri"))
        if not isinstance(secret, str) or len(secret) < ENOUGH:
            fail(expected=f"`secret`, {ENOUGH} characters or more", observed=secret)
        try:
            key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        except (binascii.Error, ValueError):
            fail(expected="`secret` in Base32", observed="something else")
        parts = urlsplit(uri if isinstance(uri, str) else "")
        given = "".join(parse_qs(parts.query).get("secret", []))
        right = (parts.scheme, parts.netloc) == ("otpauth", "totp") and given.rstrip("=") == secret.rstrip("=")
        expect_that(right, expected="`uri`: otpauth://totp/… with that secret", observed=str(uri).split("?")[0])
        return Factor(to, person, secret, key)

    return begin


@pytest.fixture
def with_factor(begin_factor):
    """``with_factor(api, "editor")``: a second factor that was confirmed by the code of the step that it is."""

    def make(to, who):
        factor = begin_factor(to, who)
        factor.codes = recovery_codes(factor.post("confirm", code=factor.code()))
        return factor

    return make


def recovery_codes(answer):
    """The ten codes of an answer; fails the check if they are not."""
    found = answer.expect(200).object().get("codes")
    right = (
        isinstance(found, list) and len(set(map(str, found))) == TEN and all(isinstance(c, str) and c for c in found)
    )
    expect_that(right, expected="`codes`, ten different recovery codes", observed=type(found).__name__)
    return list(found)


@pytest.fixture
def password_step():
    """``password_step(api, "editor")`` is the answer of `/login/` to the right name and password."""

    def post(to, who, **options):
        person = to.people[who] if isinstance(who, str) else who
        body = {"username": person.username, "password": person.password}
        return to.post("/auth/login/", json=body, within_s=SLOW_S, **options)

    return post


@pytest.fixture
def challenge(password_step):
    """``challenge(api, "editor")`` is what comes in the place of tokens, for an account with a second factor."""

    def ask(to, who, **options):
        answer = password_step(to, who, **options).expect(202, because="the account has a second factor")
        found = answer.object()
        token = [name for name in ("access", "refresh") if name in found]
        expect(token, equal_to=[], because="a password alone is no log-in")
        cookies = [v for name, v in answer.pairs if name.lower() == "set-cookie" and re.match(r"\s*sessionid=[^;]", v)]
        expect_that(not cookies, expected="no session after the first step", observed="a cookie")
        if not isinstance(found.get("challenge"), str) or not found["challenge"]:
            fail(expected="`challenge`, a text", observed=found.get("challenge", "nothing"))
        return found["challenge"]

    return ask


@pytest.fixture
def code_step(challenge):
    """``code_step(factor, "123456")`` is the answer of `/mfa/login/`, after a new first step if there was none."""

    def post(factor, code, *, given=None, **options):
        token = challenge(factor.to, factor.person) if given is None else given
        body = {"challenge": token, "code": code}
        return factor.to.post("/auth/mfa/login/", json=body, within_s=SLOW_S, **options)

    return post


@pytest.fixture
def got_in():
    """``got_in(answer, factor)``: it has tokens, and the access token is taken for that account."""

    def check(answer, factor, *, because=""):
        found = answer.expect(200, because=because).object()
        for name in ("access", "refresh"):
            if not isinstance(found.get(name), str) or not found[name]:
                fail(expected=f"`{name}`, a token", observed=found.get(name, "nothing"))
        caller = with_token(factor.person, found["access"])
        seen = factor.to.get("/users/me/", as_=caller, within_s=SLOW_S).expect(200).object().get("id")
        expect(seen, equal_to=factor.person.id, because="the token is that of the account")

    return check


def with_token(person, token):
    """That person without a cookie session, with this in `Authorization`."""
    return replace(person, session={**HTTPS, "Authorization": f"Bearer {token}"})


@pytest.fixture
def on_field():
    """``on_field(api, answer, "code")``: it is a 400 on that field."""
    return lambda to, answer, name: FieldRefusals(to)(answer, name)


@pytest.fixture
def admin_login():
    """``admin_login(api, "editor", code="123456")`` is the answer of the admin's log-in page."""

    def post(to, who, *, password=None, code=None, **options):
        person = to.people[who] if isinstance(who, str) else who
        fields = {"username": person.username, "next": "/admin/"}
        fields |= {"password": person.password if password is None else password}
        fields |= {} if code is None else {"code": code}
        like = to.people["reader"]
        cookie = like.session["Cookie"].partition("; ")[2]
        nobody = replace(like, name="somebody", session={**like.session, "Cookie": cookie})
        body = urlencode(fields).encode()
        return to.post("/admin/login/", version=None, as_=nobody, body=body, headers=FORM, within_s=SLOW_S, **options)

    return post


@pytest.fixture
def has_session():
    """``has_session(answer)``: whether an answer of the admin's log-in page begins a session."""
    return lambda answer: any(
        name.lower() == "set-cookie" and re.match(r"\s*sessionid=[^;\"]", v) for name, v in answer.pairs
    )


@pytest.fixture
def written():
    """``written(api, "mfa_failed")``: actor, kind and id of the object, for each entry of that action."""
    return lambda to, action: [
        (row["actor_id"], row["object_type"], row["object_id"])
        for row in to.db.rows(LOG, "id", "actor_id", "object_type", "object_id", "action")
        if row["action"] == action
    ]


# Unusual log-ins

KINDS = ("new_address", "impossible_rate", "credential_stuffing")
METRIC = "platform_login_anomalies_total"
PLAIN = {"X-Forwarded-Proto": ""}  # no proxy in front, as Prometheus asks
MAIL_S = 60
HOUR_S, END_S = 3600, 60


class LogIns:
    """Attempts to log in at a deployment, and what it reports about them. Its worker sends the e-mails.

    Whoever is an admin has an address from the start, and so have the readers ``reader`` and ``reader2``.
    """

    def __init__(self, it, rng):
        self.it, self.web, self.rng = it, it.web, rng
        self.people = self.web.people
        self.addresses = {}
        for name in ("admin", "admin2", "inactive", "reader", "reader2"):
            self.addresses[name] = f"{name}-{rng.word()}@example.com"
            self.web.db.update("accounts_user", {"email": self.addresses[name]}, id=self.people[name].id)
        it.worker()

    @property
    def admins(self):
        """The addresses of the admins whose accounts are in use."""
        return [self.addresses["admin"], self.addresses["admin2"]]

    def attempt(self, who, *, client, right=False, **options):
        """The answer to an attempt: by a person, with the right password or another, or by any other name."""
        person = self.people.get(who)
        body = {"username": person.username if person else who}
        body["password"] = person.password if right else self.rng.sentence()
        return self.web.post("/auth/login/", json=body, client=client, within_s=SLOW_S, **options)

    def come_in(self, who, client):
        """A log-in, which has to succeed."""
        return self.attempt(who, client=client, right=True).expect(200)

    def fail(self, who, client):
        """A failure."""
        return self.attempt(who, client=client).expect(401)

    def reported(self, kind):
        """The objects of the entries `login_anomaly` of this kind, in order, each as its type and id."""
        rows = self.web.db.rows(LOG, "id", "action", "object_type", "object_id", "details")
        own = [row for row in rows if row["action"] == "login_anomaly" and f'"{kind}"' in str(row["details"])]
        return [(row["object_type"], row["object_id"]) for row in own]

    def counted(self):
        """What the metric says, by kind; fails the check where a kind is not there."""
        text = self.web.get("/metrics", version=None, headers=PLAIN, within_s=SLOW_S).expect(200).text
        found = {}
        for kind in KINDS:
            sample = re.search(rf'^{METRIC}\{{kind="{kind}"\}} ([0-9.e+]+)', text, re.MULTILINE)
            if not sample:
                fail(expected=f'`{METRIC}{{kind="{kind}"}}` at `/metrics`, from the start', observed="no such sample")
            found[kind] = float(sample[1])
        return found

    def mails(self):
        """The e-mails that have been sent, once all tasks are done: recipients and text of each."""
        self.it.settle(MAIL_S)
        return [(sorted(one.recipients), _mail_text(one.message)) for one in self.it.mail.taken]

    def seen(self):
        """How often each kind was reported, by the audit log and by the metric, which have to agree."""
        written = {kind: len(self.reported(kind)) for kind in KINDS}
        expect(self.counted(), equal_to={kind: float(n) for kind, n in written.items()}, because="the log says as many")
        return written

    def only(self, because, **wanted):
        """These kinds have been reported so often, all others never."""
        expect(self.seen(), equal_to={kind: wanted.get(kind, 0) for kind in KINDS}, because=because)


def _mail_text(message):
    """The text of an e-mail, whatever it is made of."""
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    bodies = [(part.get_payload(decode=True) or b"").decode("utf-8", "replace") for part in parts]
    return "\n".join([str(message.get("Subject", "")), *bodies])


@pytest.fixture
def log_ins(platform, rng):
    """``log_ins(ANOMALY_RATE_ATTEMPTS="5")`` are ``LogIns`` at a deployment with these variables.

    Nobody is locked out by module 04's limit of failures, which has criteria of its own.
    """

    def make(**env):
        left = HOUR_S - time.time() % HOUR_S
        if left < END_S:  # where an hour ends a report may come once more
            time.sleep(left + 1)
        return LogIns(platform(env={"LOGIN_FAILURE_LIMIT": "1000", **env}), rng)

    return make
