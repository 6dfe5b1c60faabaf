"""What every check of this module stands on, beside the server, the people and the rows of the kit.

People of every role have a cookie session already: ``api.get(path, as_="reader")``. With tokens they come after
``log_in("reader")``. Whoever sends something else in ``Authorization`` is a ``raw(...)``.
"""

import time
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from statistics import median
from urllib.parse import urlencode, urljoin

import pytest

from grader.checkpoint import expect_that, fail, make_jwt, new_claims, read_jwt

HTTPS = {"X-Forwarded-Proto": "https"}
ME = "/users/me/"
# Of each kind of request that has to cost what another does: how many are measured first, how many the brief compares,
# and how many of them only warm up.
SCREEN, OF_EACH, WARM = 4, 11, 2
FACTOR = 3
SLACK = 1.5  # hashes
SLOW_S = 90  # for answers that wait for several hashes on a busy machine


@dataclass(frozen=True)
class Session:
    """One log-in at ``/login/``: who it was (a person of ``api.people``), and its tokens."""

    person: object
    access: str
    refresh: str

    @property
    def caller(self):
        """Whom to ask as, with the access token: ``api.get(path, as_=session.caller)``."""
        return _with(self.person, {"Authorization": f"Bearer {self.access}"})


def _with(person, headers):
    """That person without a cookie session, with these headers."""
    return replace(person, session={**HTTPS, **headers})


@pytest.fixture
def member(api, db, rows):
    """``member("editor")`` is a new account with a password, and no cookie session; ``log_in`` takes it as well.

    Further fields are those of ``rows.user``. What happens to such an account happens to nobody else.
    """

    def make(role="reader", **fields):
        like = api.people["reader"]
        stored = db.one("accounts_user", "password", id=like.id)["password"]
        row = rows.user(**{"role": role, "password": stored, **fields})
        return replace(like, name=f"a new {role}", role=role, id=row.id, username=row.username, session=HTTPS)

    return make


@pytest.fixture
def try_login(api):
    """``try_login("reader", password="x", client="192.0.2.1")`` is the answer; the right password if none is given.

    ``who`` is one of ``api.people``, a ``member`` or, with a password, any username.
    """

    def post(who, *, password=None, to=api, **options):
        person = to.people.get(who) if isinstance(who, str) else who
        body = {"username": person.username if person else who}
        body["password"] = person.password if password is None else password
        return to.post("/auth/login/", json=body, **options)

    return post


@pytest.fixture
def log_in(api, try_login):
    """``log_in("reader")`` is a new ``Session`` of that person: ``.access``, ``.refresh``, and ``.caller`` to ask as.

    ``password=`` is another one than at the start, ``to=`` another server. Fails the check if nobody gets in.
    """

    def begin(who="reader", *, password=None, to=api, **options):
        answer = try_login(who, password=password, to=to, **options).expect(200)
        return _session(answer, to.people[who] if isinstance(who, str) else who)

    return begin


@pytest.fixture
def register(api, rng):
    """``register("ann", "a password")`` is the answer of `/register/`; a free address if none is given."""

    def post(username, password, *, email=None, to=api, more=None, **options):
        address = f"{rng.word()}@example.com" if email is None else email
        body = {"username": username, "email": address, "password": password, **(more or {})}
        return to.post("/auth/register/", json=body, **options)

    return post


@pytest.fixture
def admin_login(api):
    """``admin_login("editor", password="x")`` is the answer of the admin's log-in page to somebody without a session.

    ``who`` and the password are those of ``try_login``.
    """

    def post(who, *, password=None, to=api, **options):
        person = to.people.get(who) if isinstance(who, str) else who
        fields = {"username": person.username if person else who, "next": "/admin/"}
        fields["password"] = person.password if password is None else password
        like = to.people["reader"]
        cookie = like.session["Cookie"].partition("; ")[2]
        nobody = replace(like, name="somebody", session={**like.session, "Cookie": cookie})
        kind = {"Content-Type": "application/x-www-form-urlencoded", **options.pop("headers", {})}
        body = urlencode(fields).encode()
        return to.post("/admin/login/", version=None, as_=nobody, body=body, headers=kind, **options)

    return post


@pytest.fixture
def renew(api):
    """``renew(session)`` is the session with the next tokens, from ``/refresh/``."""

    def refresh(session, *, to=api):
        return _session(to.post("/auth/refresh/", json={"refresh": session.refresh}).expect(200), session.person)

    return refresh


def _session(answer, person):
    found = answer.object()
    for name in ("access", "refresh"):
        if not isinstance(found.get(name), str) or not found[name]:
            fail(expected=f"`{name}`, a token, in the answer to {answer.asked}", observed=found.get(name, "nothing"))
    return Session(person, found["access"], found["refresh"])


@pytest.fixture
def same_cost(api):
    """``same_cost({"a wrong password": lambda client: ..., ...})`` fails the check unless these requests cost alike.

    Each is made from the address that it is given. A few of each are measured by the server's processor time, which
    neither the machine nor others on it change. Only where that differs too much all are sent whose response times the
    brief compares, and both have to differ.
    """

    def compare(kinds):
        computing, responding = 0, 1
        if not _is_apart(_medians(api, kinds, SCREEN), computing):
            return
        seen = _medians(api, kinds, OF_EACH)
        if _is_apart(seen, computing):
            said = ", ".join(f"{title} {taken[responding] * 1000:.0f} ms" for title, taken in seen.items())
            expected = f"no kind of request to take more than {FACTOR} times as long as another (medians)"
            expect_that(not _is_apart(seen, responding), expected=expected, observed=said)

    return compare


def _medians(api, kinds, number):
    """By kind, seconds of processor time and of response time, as medians of the last of so many, sent in turn."""
    taken, clients = {title: [] for title in kinds}, iter(range(1, 250))
    for _ in range(number):
        for title, make in kinds.items():
            client, began = f"203.0.113.{next(clients)}", time.monotonic()
            computed = api.computed(lambda make=make, client=client: make(client))[1]
            taken[title].append((computed, time.monotonic() - began))
    return {title: [median(one[WARM:]) for one in zip(*all_of_it, strict=True)] for title, all_of_it in taken.items()}


def _is_apart(seen, which):
    costs = [taken[which] for taken in seen.values()]
    return max(costs) > FACTOR * min(costs) or not any(costs)


@pytest.fixture
def few_compared(rng, try_login):
    """``few_compared(api, guesses, limit)``: no more than ``limit`` of the guesses, made at once, are compared.

    At least those were that are not answered with 429. Since a guess may be compared and refused with 429 all the same,
    the hashes are counted as well, by the server's processor time: less what the same guesses take when all are locked
    out, in units of what one takes for another name. One hash more than that may be the machine's.
    """

    def check(api, guesses, limit, hashes_of_each=1):
        units = [
            api.computed(
                lambda client=f"198.51.100.{number}": try_login(
                    "reader2", password=rng.word(), to=api, client=client, within_s=SLOW_S
                ).expect(401)
            )[1]
            for number in range(3)
        ]
        answers, work = api.computed(lambda: api.at_once(guesses))
        again, idle = api.computed(lambda: api.at_once(guesses))
        for answer in again:
            answer.expect(429, because="the limit was reached")
        statuses = [answer.expect(200, 400, 401, 429).status_code for answer in answers]
        compared = len(statuses) - statuses.count(429)
        rest = idle / len(guesses)
        hashes = (work - idle) / (median(units) - rest) / hashes_of_each if median(units) > 2 * rest else 0
        expected = f"at most {limit} of {len(guesses)} guesses at once compared"
        expect_that(compared <= limit, expected=expected, observed=compared)
        expect_that(hashes < limit + SLACK, expected=expected, observed=f"as much work as for {hashes:.0f}")

    return check


@pytest.fixture
def raw(api):
    """``raw("Basic x")`` is somebody to ask as who sends that in ``Authorization``; ``None`` leaves it out.

    ``cookie_of="reader"`` sends the cookie session and the CSRF token of that person along.
    """

    def caller(authorization, *, cookie_of=None, to=api):
        person = to.people[cookie_of or "reader"]
        kept = person.session if cookie_of else HTTPS
        sent = {} if authorization is None else {"Authorization": authorization}
        return replace(person, name=cookie_of or "somebody", session={**kept, **sent})

    return caller


@pytest.fixture
def signing_key(api):
    """What the shared server signs with (HS256); of another one it is ``to.place.env["JWT_SIGNING_KEY"]``."""
    return api.place.env["JWT_SIGNING_KEY"]


@pytest.fixture
def forge(signing_key):
    """``forge(session.access, jti=..., exp=1)`` is that token with other claims, signed again; ``...`` leaves one out.

    ``key=``, ``algorithm=`` and ``header=`` are those of ``make_jwt``; the server's own if they are not given.
    """

    def make(token, *, key=None, algorithm="HS256", header=None, **changes):
        claims = new_claims(read_jwt(token).claims, **changes)
        return make_jwt(claims, signing_key if key is None else key, algorithm, header=header)

    return make


@pytest.fixture
def accepted(api, raw):
    """``accepted(session)``: its access token is taken for that account; a token's text needs ``person=``.

    ``because`` is said where it is not.
    """

    def check(given, *, person=None, because="", to=api):
        token, person = (given.access, given.person) if isinstance(given, Session) else (given, person)
        answer = to.get(ME, as_=raw(f"Bearer {token}", to=to)).expect(200, because=because)
        seen = answer.object().get("id")
        expect_that(seen == person.id, expected=f"the account {person.id}, whose the token is", observed=seen)

    return check


@pytest.fixture
def refused(api, raw):
    """``refused(session)``: an access token, or a session's, is answered with 401; ``because`` is said where not."""

    def check(given, *, because="", to=api):
        token = given.access if isinstance(given, Session) else given
        to.get(ME, as_=raw(f"Bearer {token}", to=to)).expect(401, because=because)

    return check


@pytest.fixture
def not_renewed(api):
    """``not_renewed(session)``: a refresh token, or a session's, gets 401; ``because`` is said where not."""

    def check(given, *, because="", to=api):
        token = given.refresh if isinstance(given, Session) else given
        to.post("/auth/refresh/", json={"refresh": token}).expect(401, because=because)

    return check


@pytest.fixture
def ended(refused, not_renewed):
    """``ended(session)``: neither of its tokens is taken any more. The refresh token is used up by asking."""

    def check(session, *, because="", **options):
        refused(session, because=because, **options)
        not_renewed(session, because=because, **options)

    return check


@pytest.fixture
def on_field(api):
    """``on_field(answer, "username")``: it is a 400 that names that field, as module 03 has it."""

    def check(answer, field):
        entries = answer.problem(400).get("errors")
        pointers = [str(one.get("pointer")) for one in entries or [] if isinstance(one, dict)]
        named = {pointer.split("/")[1] for pointer in pointers if "/" in pointer}
        expect_that(field in named, expected=f"400 on `{field}` for {answer.asked}", observed=sorted(named)[:5])

    return check


@pytest.fixture
def site(api, db):
    """Django's admin, by the cookie session of ``admin``, who is a superuser and staff from now on.

    ``site.form(path)`` are the fields of the page's form as a browser would send them; ``site.submit(path, {...})``
    sends them with these changed (``...`` leaves one out, as an unchecked box does), and expects a redirect;
    ``site.user(key)`` is the path of an account's page. ``as_=`` is somebody else.
    """
    db.update("accounts_user", {"is_staff": True, "is_superuser": True}, id=api.people["admin"].id)
    return Site(api)


class Site:
    """The pages of the admin, for browsers that keep cookies. Of a page's forms it is the one with most fields."""

    def __init__(self, api):
        self._api, self._browsers = api, {}

    def browser(self, as_="admin"):
        """Whom to ask as, with the cookies that this person's browser has by now."""
        return self._browsers.setdefault(as_, self._api.people[as_])

    def request(self, method, path, *, as_="admin", **options):
        """The answer to a request of that browser, which takes the cookies that come with it."""
        answer = self._api.request(method, path, version=None, as_=self.browser(as_), **options)
        set_now = [value for name, value in answer.pairs if name.lower() == "set-cookie"]
        self._browsers[as_] = _with_cookies(self.browser(as_), set_now)
        return answer

    def user(self, key):
        """The page that changes an account; ``password/`` below ``/admin/accounts/user/{key}/`` sets its password."""
        return f"/admin/accounts/user/{key}/change/"

    def form(self, path, *, as_="admin"):
        """Names and values of what a browser would send; of what may be there several times, a list."""
        answer = self.request("GET", path, as_=as_).expect(200)
        forms = _Forms()
        forms.feed(answer.text)
        if not forms.found:
            fail(expected=f"a page with a form for {answer.asked}", observed="none")
        return max(forms.found, key=len)

    def submit(self, path, changes, *, as_="admin", expect=(302,), **options):
        """The answer to that form with these fields changed."""
        sent = new_claims(self.form(path, as_=as_), **changes)
        body, kind = urlencode(sent, doseq=True).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.request("POST", path, as_=as_, body=body, headers=kind, **options)
        return answer.expect(*expect, because="the form is filled in as it should be")

    def set_password(self, key, password, **options):
        """Sets the password of an account on its own page."""
        changes = {"password1": password, "password2": password, "usable_password": "true", "set-password": "1"}
        return self.submit(urljoin(self.user(key), "../password/"), changes, **options)


def _with_cookies(person, set_now):
    """That person, with the cookies that an answer set; those with an empty value are gone."""
    kept = dict(pair.split("=", 1) for pair in person.session.get("Cookie", "").split("; ") if "=" in pair)
    for value in set_now:
        name, _, content = value.partition(";")[0].partition("=")
        kept[name.strip()] = content.strip().strip('"')
    cookies = "; ".join(f"{name}={content}" for name, content in kept.items() if content)
    return replace(person, session={**person.session, "Cookie": cookies})


class _Forms(HTMLParser):
    """``found``: the fields of each form of a page, by name, as a browser would send them."""

    def __init__(self):
        super().__init__()
        self.found, self._select, self._textarea = [], None, None

    def handle_starttag(self, tag, attrs):
        """Takes up a form or a field."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({})
        elif self.found:
            self._field(tag, given)

    def _field(self, tag, given):
        name = given.get("name")
        if tag == "input" and name and _is_sent(given):
            self._add(name, given.get("value", "on" if given.get("type") == "checkbox" else ""))
        elif tag == "select" and name:
            self._select = (name, "multiple" in given)
        elif tag == "option" and self._select:
            name, multiple = self._select
            if "selected" in given and not multiple:
                self.found[-1][name] = given.get("value", "")
            elif "selected" in given:
                self._add(name, given.get("value", ""))
            elif not multiple:  # a browser sends the first one, unless another is chosen
                self.found[-1].setdefault(name, given.get("value", ""))
        elif tag == "textarea" and name:
            self._textarea = (name, "")

    def handle_data(self, data):
        """The text of a field that has one."""
        if self._textarea:
            self._textarea = (self._textarea[0], self._textarea[1] + data)

    def handle_endtag(self, tag):
        """Ends a field."""
        if tag == "textarea" and self._textarea:
            self._add(self._textarea[0], self._textarea[1].removeprefix("\n"))
            self._textarea = None
        elif tag == "select":
            self._select = None

    def _add(self, name, value):
        fields = self.found[-1]
        before = fields.get(name, [])
        fields[name] = value if name not in fields else [*(before if isinstance(before, list) else [before]), value]


def _is_sent(given):
    kind = given.get("type", "text").lower()
    if kind in ("submit", "button", "image", "file", "reset"):
        return False
    return kind not in ("checkbox", "radio") or "checked" in given
