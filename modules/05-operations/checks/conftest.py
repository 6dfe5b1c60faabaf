"""What every check of this module stands on, beside the deployment of the kit."""

import base64
import json
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.parse import quote

import pytest

from grader.checkpoint import expect, expect_that, fail

SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})? ([-+\w.]+)(?: \d+)?", re.ASCII)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"', re.ASCII)
PLAIN = {"X-Forwarded-Proto": ""}  # no proxy in front, as Prometheus asks
SENT_S = 30.0  # within which spans and events are there
KEPT_OUT = ("cookies", "headers", "query_string", "data", "env")  # of the request in an event
WATCHED_S = 8.0  # longer than a project may leave a cache alone that did not answer


@dataclass(frozen=True)
class Reading:
    """What `/metrics` said at one moment: values by name and labels."""

    samples: dict

    def value(self, name, **labels):
        """The value of a sample; 0 where there is none, as before its first event."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def has(self, name, **labels):
        """Whether there is such a sample."""
        return (name, frozenset(labels.items())) in self.samples

    def names(self):
        """The names of all samples."""
        return {name for name, _ in self.samples}

    def since(self, before, *wanted):
        """How much each of these has grown, as ``(name, labels)``, by a text that names it."""
        return {
            f"{name}{labels or ''}": self.value(name, **labels) - before.value(name, **labels)
            for name, labels in wanted
        }


@pytest.fixture
def read_metrics():
    """``read_metrics(it)`` is a ``Reading`` of the server's `/metrics`, asked as Prometheus asks."""

    def read(it, *, within_s=60.0):
        return reading(it.web.get("/metrics", version=None, headers=PLAIN, within_s=within_s).expect(200).text)

    return read


def reading(text):
    """The answer of a `/metrics` as a ``Reading``."""
    return Reading(dict(sample(line) for line in text.splitlines() if line.strip() and line[0] != "#"))


@pytest.fixture
def read_worker():
    """``read_worker(worker)`` is a ``Reading`` of what a worker offers at its own port."""
    return lambda worker: reading(worker.metrics())


def sample(line):
    """A line of the text format as ``((name, labels), value)``; fails the check if it is none."""
    found = SAMPLE.fullmatch(line.strip())
    if not found:
        fail(expected="lines in the text format of Prometheus at `/metrics`", observed=line[:200])
    labels = frozenset(LABEL.findall(found[2] or ""))
    try:
        return (found[1], labels), float(found[3])
    except ValueError:
        fail(expected=f"a number as the value of `{found[1]}` at `/metrics`", observed=found[3])


@pytest.fixture
def comment(rng):
    """``comment(it, post, as_="reader")`` creates a comment by the API: its id. The answer still says `pending`."""

    def post(it, on, *, as_="reader", body=None, **options):
        sent = {"post": on.id, "body": body or rng.sentence()}
        made = it.web.post("/comments/", as_=as_, json=sent, **options).expect(201).object()
        expect(made.get("status"), equal_to="pending", because="the answer does not wait for the task")
        return made["id"]

    return post


@pytest.fixture
def status_of():
    """``status_of(it, key)`` is the status of a comment as the table has it."""
    return lambda it, key: it.web.db.one("comments_comment", "status", id=key)["status"]


@pytest.fixture
def approvals():
    """``approvals(it, key)`` is how often the audit log says that a comment was moderated."""
    return lambda it, key: it.web.db.count(
        "audit_auditentry", object_type="comments.comment", object_id=str(key), action="moderated"
    )


@pytest.fixture
def told(rng, comment):
    """``told(it)``: a comment whose post's author has an address, which this is."""

    def make(it):
        address = f"{rng.word()}@example.com"
        comment(it, it.web.rows.post(state="out", author=it.web.rows.user(email=address)))
        return address

    return make


@pytest.fixture
def refuse_approval():
    """``refuse_approval(it)``: PostgreSQL refuses each comment that would be approved, until what it gives is called.

    A failed CHECK is no error that another try would mend, and its `DETAIL` quotes the row.
    """

    def begin(it):
        name = "course_refuses"
        it.web.db.execute(
            f"ALTER TABLE public.comments_comment ADD CONSTRAINT {name} CHECK (status <> 'approved') NOT VALID"
        )
        return lambda: it.web.db.execute(f"ALTER TABLE public.comments_comment DROP CONSTRAINT {name}")

    return begin


@pytest.fixture
def no_canary():
    """``no_canary(texts, canaries)``: none of the secrets is in a text, neither as it was sent nor percent-encoded.

    Both are mappings by what they are: "the server's output", "a wrong password".
    """

    def check(texts, canaries):
        for where, text in texts.items():
            for what, secret in canaries.items():
                at = max(text.find(secret), text.find(quote(secret, safe="")))
                shown = text[max(0, at - 80) : at].replace("\n", " ")
                expect_that(at < 0, expected=f"no trace of {what} in {where}", observed=f"it stands after: …{shown}")

    return check


@pytest.fixture
def posted_spans():
    """``posted_spans(it)`` is all that was posted to `/v1/traces`, as text, once more was than before."""

    def read(it):
        it.web.get("/tags/").expect(200)
        before = len(it.spans())
        it.until(lambda: len(it.spans()) > before, expected="spans", observed=lambda: "none", within_s=SENT_S)
        return b"\n".join(one.body for one in it.collector.below("/v1/traces")).decode("utf-8", "replace")

    return read


@pytest.fixture
def clean_reports(no_canary):
    """``clean_reports(it, secrets)``: no event that was reported holds one of them, or more of a request than it may.

    The secrets are by what they are. Fails the check as well where fewer than ``number`` events are reported in time.
    """

    def check(it, secrets, *, number):
        it.until(
            lambda: len(it.reports()) >= number,
            expected=f"{number} events at the server of SENTRY_DSN, or more",
            observed=lambda: f"{len(it.reports())} events",
            within_s=SENT_S,
        )
        no_canary({"the events that were reported": json.dumps(it.reports(), ensure_ascii=False)}, secrets)
        for event in it.reports():
            held = [name for name in KEPT_OUT if (event.get("request") or {}).get(name)]
            expect(held, equal_to=[], because="of a request none of these is reported")
            expect_that('"vars"' not in json.dumps(event), expected="no local variables in a report", observed="`vars`")

    return check


@pytest.fixture
def stays_shown():
    """``stays_shown(it, post, title)``: the public's answers say so, also once a cache that was away is asked again."""

    def watch(it, post, title):
        ends = time.monotonic() + WATCHED_S
        while time.monotonic() < ends:
            expect(it.web.get(f"/posts/{post.id}/").expect(200).object().get("title"), equal_to=title)
            shown = [one.get("title") for one in it.web.get("/posts/").expect(200).object()["results"]]
            expect(title in shown, equal_to=True, because="the list is cached as well")
            time.sleep(0.2)

    return watch


@pytest.fixture
def provoke(rng, refuse_approval):
    """``provoke(it)`` sends a secret canary in each place that the brief names; the canaries by what they are.

    It makes the server and a worker, which has to be there, fail on some of them.
    """

    def canary():
        return f"zq{rng.getrandbits(96):x}/+="

    def send(it):
        ask, people = it.web, it.web.people
        reader = people["reader"]
        cookies = dict(part.split("=", 1) for part in reader.session["Cookie"].split("; "))
        found = {
            "a wrong password": canary(),
            "the right password": reader.password,
            "a value in `Authorization`": canary(),
            "a value in the query string": canary(),
            "a value in a JSON body": canary(),
            "a value of a row that PostgreSQL refuses": canary(),
            **{f"the cookie `{name}`": value for name, value in cookies.items()},
        }
        for password in (found["a wrong password"], found["the right password"]):
            sent = {"username": reader.username, "password": password}
            answer = ask.post("/auth/login/", json=sent, within_s=60).expect(200, 401)
        found["an access token"], found["a refresh token"] = (answer.object()[name] for name in ("access", "refresh"))

        def as_who_sends(value):
            return replace(reader, session={"X-Forwarded-Proto": "https", "Authorization": value})

        ask.get("/users/me/", as_=as_who_sends(f"Bearer {found['an access token']}")).expect(200)
        ask.get("/users/me/", as_=as_who_sends(f"Token {found['a value in `Authorization`']}")).expect(401)
        ask.post("/auth/refresh/", json={"refresh": found["a refresh token"]}).expect(200)
        query = f"?search={quote(found['a value in the query string'], safe='')}"
        sent = {"post": found["a value in a JSON body"], "body": found["a value in a JSON body"]}
        ask.get(f"/posts/{query}", as_="reader").expect(200)
        ask.get(f"/{rng.word()}/{query}", as_="reader", version=None).expect(404)
        ask.get(f"/posts/{query}", as_="reader", headers={"Host": f"{rng.word()}.example"}).expect(400)
        ask.post(f"/comments/{query}", as_="reader", json=sent).expect(400)
        it.say(f"GET /api/v1/posts/{query} HTTP/1.1\r\nCookie {reader.session['Cookie']}\r\n\r\n".encode())
        it.say(f"G\x00T {query} {found['a value in `Authorization`']}\r\n\r\n".encode())
        _refuse_rows(it, found["a value of a row that PostgreSQL refuses"])
        ask.cut("postgres")
        ask.post(f"/posts/{query}", as_="reader", json={"title": found["a value in a JSON body"]}).expect(500)
        ask.get(f"/posts/{query}").expect(500)
        ask.restore("postgres")
        return found

    def _refuse_rows(it, secret):
        """A failed CHECK in the task and in a request, and a duplicate key."""
        refuse_approval(it)
        it.web.db.execute("CREATE UNIQUE INDEX course_one_title ON public.posts_post (title)")
        it.web.rows.post(title=secret)
        it.web.post("/posts/", as_="editor", json={"title": secret})
        it.web.post(f"/comments/{it.web.rows.comment(body=secret).id}/approve/", as_="editor")
        body = {"post": it.web.rows.post(state="out").id, "body": secret}
        it.web.post("/comments/", as_="editor", json=body).expect(201)
        it.until(it.dead_letters, expected="a dead letter", observed=lambda: "none", within_s=60)

    return send


TABLES = re.compile(r"\b(?:posts_post|posts_post_tags|posts_tag|posts_category|comments_comment|accounts_user)\b")


@pytest.fixture
def from_cache():
    """``from_cache(it, path)``: the answer, for which the database is asked at most once, and none of the five tables.

    ``because`` is said where it is not so.
    """

    def ask(it, path, *, because=""):
        with it.queries() as asked:
            answer = it.web.get(path).expect(200)
        read = [statement for statement in asked.statements if TABLES.search(statement)]
        expect_that(
            not read and len(asked.statements) <= 1,
            expected=f"GET {path} from the cache: at most one query, and none to the tables of what it shows"
            f"{f', because {because}' if because else ''}",
            observed=f"{len(asked.statements)} queries, {len(read)} of them to those tables",
        )
        return answer

    return ask


POSTS = re.compile(r"\bposts_post\b")
VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+\b")
HELD_S = 2.0


@pytest.fixture
def ask_together():
    """``ask_together(it, path, number)``: so many answers at once, of a database that holds the posts back for 2 s.

    Gives them, how long the last one took after that, and how often the posts were read.
    """

    def ask(it, path, number):
        with (
            it.queries() as asked,
            it.web.db.reads_held("posts_post") as held,
            ThreadPoolExecutor(number) as pool,
        ):
            coming = [pool.submit(it.web.get, path, within_s=60) for _ in range(number)]
            it.until(held.waiting, expected="a request that reads the posts", observed=lambda: "none", within_s=30)
            time.sleep(HELD_S)
            began = time.monotonic()
            held.release()
            answers = [one.result() for one in coming]
            took = time.monotonic() - began
        # Who reads the posts may ask several things of the table; the same thing again is asked by somebody else.
        read = Counter(VALUES.sub("?", one) for one in asked.statements if POSTS.search(one))
        return answers, took, max(read.values(), default=0)

    return ask


# The task itself, in the place of a worker: what it puts into the queues stays there to be counted.
REQUEUE = """
import sys

sys.path[:0] = ["src", "src/apps"]
import django
django.setup()
from config.celery import app
app.loader.import_default_modules()
app.tasks["comments.tasks.requeue_unscreened_comments"].apply(throw=True)
"""


@pytest.fixture
def requeue():
    """``requeue(it)`` runs that task: the comments that it has put into the queue, the next one to be taken first."""

    def run(it):
        before = it.waiting("comments")
        ran = it.command("-c", REQUEUE)
        expect_that(ran.ok, expected="`requeue_unscreened_comments` to end well", observed=ran.out[-300:])
        messages = it.messages("comments")  # what was sent last comes first; a worker takes them from the other end
        return [_about(message) for message in reversed(messages[: len(messages) - before])]

    return run


def _about(message):
    """The comment that a message is about: the one value among the arguments of its task."""
    try:
        args, kwargs, *_ = json.loads(base64.b64decode(message["body"]))
        return [*args, *kwargs.values()][0]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        fail(expected="messages of Celery with the id of a comment", observed=str(message)[:200])


@pytest.fixture
def accepted_without_redis(comment):
    """``accepted_without_redis(it, 3)``: so many comments, the first the oldest, whose tasks could not be queued."""

    def accept(it, number, *, author="reader"):
        on = it.web.rows.post(state="out")
        it.web.cut("redis")
        keys = [comment(it, on, as_=author) for _ in range(number)]
        it.web.restore("redis")
        return keys

    return accept


@pytest.fixture
def made_older():
    """``made_older(it, seconds)``: comments, and all that the project remembers, as if so many had passed."""

    def make(it, seconds):
        columns = [one.name for one in it.web.db.columns("comments_comment") if one.type.startswith("timestamp")]
        older = ", ".join(f'"{name}" = "{name}" - pg_catalog.make_interval(secs => {seconds})' for name in columns)
        it.web.db.execute(f"UPDATE public.comments_comment SET {older}")
        it.web.age(seconds)

    return make


@pytest.fixture
def runtime_role():
    """``runtime_role(it)`` is a role that is not the owner of the tables, after `migrate` was told of it."""

    def make(it):
        role = it.runtime_role()
        ran = it.command("manage.py", "migrate", env={"DATABASE_RUNTIME_ROLE": role.name})
        expect_that(ran.ok, expected="`migrate` with `DATABASE_RUNTIME_ROLE` to end with 0", observed=ran.out[-300:])
        return role

    return make
