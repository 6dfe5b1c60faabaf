"""Counters of what happened: against events that were made, on a server of several processes."""

from dataclasses import replace
from urllib.parse import urlencode

from grader.checkpoint import check, expect

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

PUBLISHED = ("platform_posts_published_total", {})
SUBMITTED = ("platform_comments_submitted_total", {})
APPROVED = ("platform_comments_moderated_total", {"decision": "approved"})
REJECTED = ("platform_comments_moderated_total", {"decision": "rejected"})


@check("metrics.events", seconds=120)
def test_publications(platform, read_metrics, rng):
    """Each publication counts once, over all processes; one that changes nothing or is refused counts nothing."""
    it = platform()
    before, number = read_metrics(it), rng.randrange(7, 11)
    posts = it.web.rows.posts([{} for _ in range(number)])
    paths = [f"/posts/{post.id}/publish/" for post in posts]
    for answer in it.web.at_once([it.web.later("POST", path, as_="editor") for path in paths]):
        answer.expect(200)
    it.web.post(paths[0], as_="admin").expect(200, because="it is out already")
    it.web.post(f"/posts/{it.web.rows.post(body='').id}/publish/", as_="editor").expect(400)
    it.web.post(f"/posts/{it.web.rows.post().id}/publish/", as_="contributor2").expect(403, 404)
    for _ in range(3):  # whichever process answers
        grown = read_metrics(it).since(before, PUBLISHED)
        expect(grown, equal_to={PUBLISHED[0]: float(number)}, because="as many were published, by several processes")


@check("metrics.events", seconds=120)
def test_comments(platform, read_metrics, comment, rng):
    """Comments count when they are created, and when an edit makes them wait; decisions when they change one."""
    it = platform()
    on = it.web.rows.post(state="out")
    before = read_metrics(it)
    keys = [comment(it, on) for _ in range(3)]
    it.web.post("/comments/", as_="reader", json={"post": on.id, "body": ""}).expect(400)
    for key, decision in ((keys[0], "approve"), (keys[0], "approve"), (keys[1], "approve"), (keys[2], "reject")):
        it.web.post(f"/comments/{key}/{decision}/", as_="editor").expect(200)
    it.web.patch(f"/comments/{keys[0]}/", as_="reader", json={"body": rng.sentence()}).expect(200)
    it.web.patch(f"/comments/{keys[1]}/", as_="editor", json={"body": rng.sentence()}).expect(200)
    grown = read_metrics(it).since(before, SUBMITTED, APPROVED, REJECTED)
    expect(
        list(grown.values()),
        equal_to=[4.0, 2.0, 1.0],
        because="three were created and one was edited so that it waits; two were approved",
    )


@check("metrics.events", seconds=240)
def test_logins(platform, read_metrics, rng):
    """Log-ins count by their outcome, by the API and at the admin's page; one refused for its form does not."""
    it = platform(env={"LOGIN_FAILURE_LIMIT": "2"})
    person, staff = it.web.people["reader"], it.web.people["admin"]
    it.web.db.update("accounts_user", {"is_staff": True}, id=staff.id)
    before = read_metrics(it)

    def log_in(who, password):
        body = {"username": who.username, "password": password}
        return it.web.post("/auth/login/", json=body, client="203.0.113.5", within_s=60)

    def enter_admin(who, password):
        cookie = who.session["Cookie"].partition("; ")[2]  # the CSRF token alone
        nobody = replace(who, name="somebody", session={**who.session, "Cookie": cookie})
        body = urlencode({"username": who.username, "password": password, "next": "/admin/"}).encode()
        return it.web.post("/admin/login/", version=None, as_=nobody, body=body, headers=FORM, within_s=60)

    log_in(person, person.password).expect(200)
    enter_admin(staff, rng.word()).expect(200)
    enter_admin(staff, staff.password).expect(302)
    log_in(person, rng.word()).expect(401)
    log_in(person, rng.word()).expect(401, 429, because="it is the second failure of two")
    for _ in range(3):
        log_in(person, person.password).expect(429)
    it.web.post("/auth/login/", json={"username": person.username}).expect(400)
    outcomes = ("succeeded", "failed", "locked_out")
    wanted = [("platform_logins_total", {"outcome": one}) for one in outcomes]
    grown = read_metrics(it).since(before, *wanted)
    expect(list(grown.values()), equal_to=[2.0, 3.0, 3.0], because=f"of {', '.join(outcomes)}")
