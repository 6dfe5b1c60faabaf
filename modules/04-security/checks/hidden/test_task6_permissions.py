"""Task 6: the permission classes, each asked about everybody, and the permissions of module 03 by token."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import Factory, Recipe, check, expect_that, later

SAFE = ("GET", "HEAD", "OPTIONS")
METHODS = (*SAFE, "POST", "PUT", "PATCH", "DELETE")
ROLES = ("reader", "contributor", "editor", "admin")


def always(who, method):
    """Every account."""
    return who.is_known


def to_read(who, method):
    """Everybody to read, every account to write."""
    return method in SAFE or who.is_known


# Whom `has_permission` lets in.
LETS_IN = {
    "IsOwner": always,
    "IsOwnerOrReadOnly": to_read,
    "IsOwnerOrAdmin": always,
    "IsAdmin": lambda who, method: who.is_known and who.role == "admin",
    "IsSuperUser": lambda who, method: who.is_known and who.is_superuser,
}
# Whom `has_object_permission` lets in to what is theirs, or not.
LETS_TOUCH = {
    "IsOwner": lambda who, method, own: who.is_known and own,
    "IsOwnerOrReadOnly": lambda who, method, own: method in SAFE or (who.is_known and own),
    "IsOwnerOrAdmin": lambda who, method, own: who.is_known and (own or who.role == "admin"),
}


class Somebody:
    """A caller: nobody if there is no user."""

    def __init__(self, name, user=None, role="", *, is_active=True, is_superuser=False):
        self.name, self.user, self.role, self.is_superuser = name, user, role, is_superuser
        self.is_known = user is not None and is_active

    def __str__(self):
        return self.name


@pytest.fixture
def make(app, rng):
    """Accounts, posts and comments, each right in every way."""
    return Factory(
        app,
        rng,
        user=Recipe("accounts.User", username=lambda make: make.rng.word(), password="!", role="contributor"),
        post=Recipe(
            "posts.Post",
            title=lambda make: make.rng.title(),
            slug=lambda make: make.rng.slug(),
            body=lambda make: make.rng.sentence(),
            status="published",
            published_at=datetime.now(UTC) - timedelta(hours=1),
            author=lambda make: make.user(),
        ),
        comment=Recipe(
            "comments.Comment",
            post=lambda make: make.post(),
            author=lambda make: make.user(),
            body=lambda make: make.rng.sentence(),
            status="pending",
        ),
    )


@pytest.fixture
def people(make):
    """Somebody of every role, superusers with and without one, closed accounts, and nobody."""
    found = [Somebody("nobody")]
    for role in ROLES:
        found.append(Somebody(f"somebody with the role {role}", make.user(role=role), role))
    for role in ("reader", "admin"):
        closed = make.user(role=role, is_active=False, is_superuser=True)
        found.append(Somebody(f"a closed account with the role {role}", closed, role, is_active=False))
    user = make.user(role="reader", is_superuser=True)
    found.append(Somebody("a superuser with the role reader", user, "reader", is_superuser=True))
    user = make.user(role="editor", is_staff=True)
    found.append(Somebody("an editor who is staff", user, "editor"))
    return found


@pytest.fixture
def asking(app):
    """``asking("PATCH", somebody)`` is a request of REST framework."""
    factory = app.call("rest_framework.test:APIRequestFactory")
    made = {}

    def request(method, who):
        if (method, who) not in made:
            raw = factory.generic(method, "/")
            if who.user is not None:
                app.call("rest_framework.test:force_authenticate", raw, user=who.user)
            made[method, who] = app.call("rest_framework.request:Request", raw)
        return made[method, who]

    return request


@pytest.fixture
def answers(app, asking):
    """``answers(permission, "has_permission", cells)``: for each (method, somebody, *more) whether it lets in."""
    view = app.call("rest_framework.views:APIView")

    def ask(permission, name, cells):
        bound = getattr(permission, name)
        calls = [later(bound, asking(method, who), view, *more) for method, who, *more in cells]
        return [bool(value) for value in app.batch(calls)]

    return ask


def judge(name, cells, said, wanted, about=""):
    """Fails the check with the first cell that is answered otherwise."""
    for (method, who, *_), found, right in zip(cells, said, wanted, strict=True):
        words = "lets in" if right else "does not let in"
        expect_that(
            found == right,
            expected=f"`{name}` {words} {who}, for {method}{about}",
            observed="it lets in" if found else "it does not",
        )


@check("permissions.classes", seconds=60)
@pytest.mark.parametrize("name", list(LETS_IN))
def test_whom_they_let_in(app, people, answers, name):
    """Each class lets in whom the table says, whatever the method; a closed account is nobody."""
    cells = [(method, who) for who in people for method in METHODS]
    said = answers(app.call(f"accounts.permissions:{name}"), "has_permission", cells)
    judge(name, cells, said, [LETS_IN[name](who, method) for method, who in cells])


@check("permissions.classes", seconds=60)
@pytest.mark.parametrize("name", list(LETS_TOUCH))
def test_whose_it_is(app, make, people, answers, name):
    """Owner is an object's author, else its user, and a user is their own; a superuser without the role is no admin."""
    permission = app.call(f"accounts.permissions:{name}")
    other, simple = make.user(role="admin"), "types:SimpleNamespace"
    for who in people:
        user = who.user
        things = [("another's post", make.post(author=other), False), ("another account", other, False)]
        if user is not None:
            things += [
                ("their own account", user, True),
                ("something whose user they are", app.call(simple, user=user), True),
                ("something whose author they are, and not its user", app.call(simple, author=user, user=other), True),
                ("something whose user they are, and not its author", app.call(simple, author=other, user=user), False),
            ]
        for about, thing, own in things:
            cells = [(method, who, thing) for method in METHODS]
            said = answers(permission, "has_object_permission", cells)
            wanted = [LETS_TOUCH[name](who, method, own) for method in METHODS]
            judge(name, cells, said, wanted, about=f" of {about}")


@check("permissions.classes")
def test_what_is_stored_has_an_owner(app, make, people, answers):
    """A post and a comment are their authors', and not the author's of the post below the comment."""
    author, host = (who for who in people if who.role in ("contributor", "editor") and not who.user.is_staff)
    post = make.post(author=host.user)
    comment = make.comment(post=post, author=author.user)
    for name in ("IsOwner", "IsOwnerOrReadOnly", "IsOwnerOrAdmin"):
        permission = app.call(f"accounts.permissions:{name}")
        cells = [("DELETE", author, comment), ("DELETE", host, comment), ("PUT", host, post), ("PUT", author, post)]
        said = answers(permission, "has_object_permission", cells)
        judge(name, cells, said, [True, False, True, False], about=" of a post or a comment")


@check("permissions.classes")
def test_roles_among(app, people, answers, rng):
    """`HasRole.among(…)` gives a class of its own each time, which lets in the roles named."""
    has_role = app.get("accounts.permissions:HasRole")
    sets = [("editor", "admin"), (rng.choice(ROLES),), ("reader", "contributor"), ROLES]
    classes = [(roles, has_role.among(*roles)) for roles in sets]
    for roles, made in classes:
        cells = [(method, who) for who in people for method in ("GET", "POST")]
        said = answers(made(), "has_permission", cells)
        wanted = [who.is_known and who.role in roles for _, who in cells]
        judge(f"HasRole.among({', '.join(map(repr, roles))})", cells, said, wanted)


@check("permissions.by-token", seconds=60)
def test_the_tables_of_module_03(api, rows, log_in, rng):
    """With an access token the answers are those of module 03: who may do what, to which rows."""
    callers = {role: log_in(role).caller for role in ROLES}
    own = {role: rows.post(author=role, state="draft") for role in ROLES if role != "reader"}
    draft, out = rows.post(author="contributor2"), rows.post(author="contributor2", state="out")

    def pending(**fields):
        return f"/comments/{rows.comment(post=out, author='reader2', **fields).id}/"

    def title():
        return {"title": rng.title()}

    cells = (
        ("GET", lambda role: f"/posts/{draft.id}/", None, (404, 404, 200, 200)),
        ("PATCH", lambda role: f"/posts/{draft.id}/", title, (403, 404, 200, 200)),
        ("PATCH", lambda role: f"/posts/{out.id}/", title, (403, 403, 200, 200)),
        ("POST", lambda role: "/posts/", title, (403, 201, 201, 201)),
        ("POST", lambda role: "/tags/", lambda: {"name": rng.word()}, (403, 403, 201, 201)),
        ("GET", lambda role: pending(), None, (404, 404, 200, 200)),
        ("PATCH", lambda role: pending(status="approved"), lambda: {"body": rng.word()}, (403, 403, 200, 200)),
        ("POST", lambda role: f"{pending(status='approved')}approve/", None, (403, 403, 200, 200)),
        ("DELETE", lambda role: pending(status="approved"), None, (403, 403, 204, 204)),
        ("POST", lambda role: "/comments/", lambda: {"post": out.id, "body": rng.word()}, (201, 201, 201, 201)),
        ("GET", lambda role: "/users/", None, (403, 403, 403, 200)),
        ("POST", lambda role: "/users/", lambda: {"username": rng.word()}, (403, 403, 403, 201)),
        ("GET", lambda role: "/users/me/", None, (200, 200, 200, 200)),
    )
    for method, path, body, statuses in cells:
        for role, status in zip(ROLES, statuses, strict=True):
            sent = {} if body is None else {"json": body()}
            answer = api.request(method, path(role), as_=callers[role], **sent)
            answer.expect(status, because=f"the role {role}, by an access token")
    for role, post in own.items():
        api.get(f"/posts/{post.id}/", as_=callers[role]).expect(200, because="one's own draft, by an access token")
        api.patch(f"/posts/{post.id}/", as_=callers[role], json=title()).expect(200)
        api.post(f"/posts/{post.id}/publish/", as_=callers[role]).expect(200)


@check("permissions.by-token")
def test_lists_by_token(api, rows, log_in):
    """A list holds what the account of the token may see: its own drafts, and for editors and admins all."""
    drafts = {who: rows.post(author=who, state="draft").id for who in ("contributor", "contributor2", "editor")}
    for who, seen in (("reader", ()), ("contributor", ("contributor",)), ("editor", drafts), ("admin", drafts)):
        answer = api.get("/posts/?page_size=100", as_=log_in(who).caller).expect(200)
        results = answer.object().get("results")
        found = {one.get("id") for one in results if isinstance(one, dict)} if isinstance(results, list) else set()
        right = found & set(drafts.values()) == {drafts[name] for name in seen}
        wanted = f"the drafts of {', '.join(seen) or 'nobody'} in the list for {who}, by an access token"
        expect_that(right, expected=wanted, observed=sorted(n for n, key in drafts.items() if key in found))
