"""Task 6, the admin: from where it can be seen, and who gets past its log-in page."""

import re
from urllib.parse import urlencode

import pytest

from grader.checkpoint import check, expect, expect_that

PAGES = ("/admin/", "/admin/login/", "/admin/comments/comment/", "/admin/accounts/user/add/", "/admin/no/such/page/")
NETWORKS = "10.1.0.0/16,192.0.2.7/32,2001:db8:1::/48"
INSIDE = ("10.1.255.1", "192.0.2.7", "2001:db8:1:2::3", "::ffff:10.1.2.3")
OUTSIDE = ("10.2.0.1", "192.0.2.8", "2001:db8:2::1", "127.0.0.1", "::1", "::ffff:10.2.0.1")
TOKEN = re.compile(r"""name=["']csrfmiddlewaretoken["'] value=["']([^"']+)""")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@check("admin.networks", seconds=90)
def test_every_path_of_the_admin(api_with):
    """Outside of the networks every path at and below `/admin` is 404, for every method and for staff as well."""
    api = api_with(env={"ADMIN_NETWORKS": NETWORKS})
    api.db.update("accounts_user", {"is_staff": True, "is_superuser": True}, id=api.people["admin"].id)
    for client in INSIDE:
        for path in PAGES[:-1]:
            api.get(path, version=None, as_="admin", client=client).expect(200, 302, because=f"asked from {client}")
        api.get("/admin/", version=None, as_="admin", client=client).expect(200, because=f"asked from {client}")
        api.get("/admin", version=None, client=client).expect(301, 302, because=f"asked from {client}")
    for client in OUTSIDE:
        for path in (*PAGES, "/admin"):
            for who in (None, "admin"):
                answer = api.get(path, version=None, as_=who, client=client)
                answer.expect(404, because=f"asked from {client}, outside of {NETWORKS}")
        for method in ("HEAD", "POST", "OPTIONS"):
            for path in ("/admin", "/admin/", "/admin/login/", "/admin/accounts/user/add/"):
                answer = api.request(method, path, version=None, as_="admin", client=client)
                answer.expect(404, because=f"asked from {client}, outside of {NETWORKS}")
        api.get("/posts/", client=client).expect(200, because="the API is there for everybody")


@check("admin.networks", seconds=60)
def test_addresses_behind_proxies(api_with):
    """The address is the client's: behind one proxy the last of `X-Forwarded-For`, and without one nobody's word."""
    api = api_with(env={"ADMIN_NETWORKS": NETWORKS, "TRUSTED_PROXIES": "1"})
    for entries, status in (
        ("10.1.2.3", 200),
        ("192.0.2.99, 10.1.2.3", 200),
        ("10.1.2.3, 192.0.2.99", 404),
        ("192.0.2.99", 404),
    ):
        sent = {"X-Forwarded-For": entries}
        for client in ("10.1.0.9", "203.0.113.5"):
            answer = api.get("/admin/login/", version=None, client=client, headers=sent)
            answer.expect(status, because=f"behind one proxy, `X-Forwarded-For: {entries}`")


@check("admin.networks", seconds=60)
def test_headers_do_not_help(api_with):
    """Without trusted proxies no header makes another client."""
    api = api_with(env={"ADMIN_NETWORKS": NETWORKS})
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP"):
        for value in ("10.1.2.3", "for=10.1.2.3"):
            answer = api.get("/admin/login/", version=None, client="203.0.113.5", headers={name: value})
            answer.expect(404, because=f"asked from 203.0.113.5, with `{name}: {value}`")
    sent = {"X-Forwarded-For": "203.0.113.5"}
    api.get("/admin/login/", version=None, client="10.1.2.3", headers=sent).expect(200)


@check("admin.networks")
def test_everywhere(api):
    """Without `ADMIN_NETWORKS` the admin is there for everybody."""
    for client in ("10.1.2.3", "203.0.113.5", "2001:db8::1"):
        api.get("/admin/login/", version=None, client=client).expect(200)


def is_in(answer):
    """Whether the answer is a page of the admin for who has got past its log-in page."""
    return answer.status_code == 200 and 'type="password"' not in answer.text


def kept_out(answer):
    """Fails the check if somebody got past the log-in page."""
    expect_that(not is_in(answer), expected=f"the log-in page for {answer.asked}", observed="a page of the admin")


@check("admin.staff")
@pytest.mark.parametrize("who", ["reader", "contributor", "editor", "admin"])
def test_no_role_gets_in(api, db, who):
    """Who is staff gets in whatever their role, and who is not does not, a superuser neither."""
    key = api.people[who].id
    for is_staff, is_superuser in ((False, False), (True, False), (False, True)):
        db.update("accounts_user", {"is_staff": is_staff, "is_superuser": is_superuser}, id=key)
        found = is_in(api.get("/admin/", version=None, as_=who))
        expect(found, equal_to=is_staff, because=f"is_staff {is_staff}, is_superuser {is_superuser}")
    db.update("accounts_user", {"is_staff": True, "is_superuser": True, "is_active": False}, id=key)
    kept_out(api.get("/admin/", version=None, as_=who))


@check("admin.staff")
def test_no_page_without_staff(api, db):
    """An admin and superuser who is not staff sees no page of the admin, and changes nothing there."""
    db.update("accounts_user", {"is_superuser": True}, id=api.people["admin"].id)
    key = api.people["reader"].id
    for path in ("/admin/", "/admin/accounts/user/", f"/admin/accounts/user/{key}/change/"):
        kept_out(api.get(path, version=None, as_="admin"))
    body = urlencode({"post": "yes"}).encode()
    kept_out(api.post(f"/admin/accounts/user/{key}/delete/", version=None, as_="admin", body=body, headers=FORM))
    assert db.count("accounts_user", id=key) == 1


@check("admin.staff")
def test_no_token_gets_in(api, db, log_in):
    """An access token of somebody who is staff is nothing in the admin; their cookie session is."""
    db.update("accounts_user", {"is_staff": True, "is_superuser": True}, id=api.people["editor"].id)
    session = log_in("editor")
    api.get("/users/me/", as_=session.caller).expect(200)
    for path in ("/admin/", "/admin/accounts/user/"):
        kept_out(api.get(path, version=None, as_=session.caller))
        expect(is_in(api.get(path, version=None, as_="editor")), equal_to=True, because=f"{path} by a cookie session")


@check("admin.staff")
@pytest.mark.parametrize("is_staff", [False, True])
def test_the_login_page(api, db, is_staff):
    """The right password lets in who is staff, and nobody else."""
    person = api.people["editor"]
    db.update("accounts_user", {"is_staff": is_staff, "is_superuser": True}, id=person.id)
    page = api.get("/admin/login/", version=None).expect(200)
    token = TOKEN.search(page.text)
    form = {"username": person.username, "password": person.password, "csrfmiddlewaretoken": token and token[1]}
    headers = {"Cookie": _cookies(page), "Referer": "https://localhost/admin/login/", **FORM}
    answer = api.post("/admin/login/", version=None, body=urlencode(form).encode(), headers=headers)
    inside = api.get("/admin/", version=None, headers={"Cookie": _cookies(page, answer)})
    expect(is_in(inside), equal_to=is_staff, because=f"is_staff {is_staff}, after a log-in with the right password")


def _cookies(*answers):
    """What a browser would send after these answers."""
    found = {}
    for answer in answers:
        for name, value in answer.pairs:
            if name.lower() == "set-cookie":
                key, _, text = value.partition(";")[0].partition("=")
                found[key.strip()] = text.strip()
    return "; ".join(f"{name}={value}" for name, value in found.items())
