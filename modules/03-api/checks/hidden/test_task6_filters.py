"""Task 6: filters, alone and together, on both sides of every value."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from urllib.parse import urlencode

import pytest

from grader.checkpoint import check, fail

STATUSES = {"out": "published", "draft": "draft", "scheduled": "published", "archived": "archived"}
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def finds(page):
    """``finds("/posts/", {"status": "draft"}, [7, 8])`` fails unless exactly these rows are found, and counted."""

    def check(path, parameters, wanted, *, as_="admin"):
        query = f"{path}?{urlencode(parameters)}"
        found = page(query, as_=as_)
        ids = sorted(one["id"] for one in found["results"])
        if ids != sorted(wanted):
            fail(expected=f"the rows {sorted(wanted)} for {query} as {as_}", observed=f"{ids}")
        if path != "/comments/" and found.get("count") != len(ids):
            fail(expected=f"a `count` of {len(ids)} for {query}", observed=found.get("count"))

    return check


@check("api.filters", seconds=90)
def test_posts_by_all_at_once(rows, rng, finds):
    """Filters of posts are joined by and: alone, by two and all at once, each finds the rows that fit them all."""
    authors, kinds, tags = rows.users([{}, {}]), rows.categories([{}, {}]), rows.tags([{}, {}, {}])
    begin, word = datetime.now(UTC) - timedelta(days=20), rng.word()
    made = []
    for number in range(14):
        state = ("out", "draft", "archived", "out")[number % 4]
        fields = {
            "state": state,
            "author": rng.choice(authors),
            "category": rng.choice([*kinds, None]),
            "tags": rng.sample(tags, k=number % 4),
            "title": f"{rng.title()} {word if number % 3 else ''}".strip(),
        }
        made.append(fields | ({"published_at": begin + timedelta(days=number)} if state == "out" else {}))
    posts = rows.posts(made)
    middle = begin + timedelta(days=5)
    asked = {
        "status": ("published", lambda post: post.status == "published"),
        "author": (authors[0].username, lambda post: post.author_id == authors[0].id),
        "category": (kinds[0].slug, lambda post: post.category_id == kinds[0].id),
        "tag": (tags[0].slug, lambda post: tags[0] in post.tags),
        "published_after": (middle.isoformat(), lambda post: post.published_at and post.published_at >= middle),
        "published_before": (
            (middle + timedelta(days=8)).isoformat(),
            lambda post: post.published_at and post.published_at < middle + timedelta(days=8),
        ),
        "search": (word.upper(), lambda post: word in post.title),
    }
    for names in (*((name,) for name in asked), *combinations(asked, 2), tuple(asked)):
        wanted = [post.id for post in posts if all(asked[name][1](post) for name in names)]
        finds("/posts/", {name: asked[name][0] for name in names}, wanted)


@check("api.filters", seconds=90)
def test_moments(rows, finds):
    """`published_after` finds that moment too, `published_before` does not, to the microsecond, whatever the offset."""
    moment = (datetime.now(UTC) - timedelta(days=3)).replace(microsecond=123456)
    before, at, after = rows.posts(
        {"state": "out", "published_at": moment + step} for step in (-MICROSECOND, timedelta(0), MICROSECOND)
    )
    rows.post(state="draft")
    for zone in (UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=8))):
        local = moment.astimezone(zone)
        finds("/posts/", {"published_after": local.isoformat()}, [at.id, after.id])
        finds("/posts/", {"published_before": local.isoformat()}, [before.id])
    zulu = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    nxt = (moment + MICROSECOND).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    finds("/posts/", {"published_after": zulu, "published_before": nxt}, [at.id])
    finds("/posts/", {"published_after": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}, [before.id, at.id, after.id])


@check("api.filters", seconds=90)
def test_exact_values(rows, rng, finds):
    """`author`, `category` and `tag` compare exactly: no beginning, no other capitals, no other row."""
    word = rng.word()
    author, longer = rows.users([{"username": word}, {"username": f"{word}x"}])
    kind, kind2 = rows.categories([{"slug": word}, {"slug": f"{word}-2"}])
    tag, tag2 = rows.tags([{"slug": word}, {"slug": f"{word}-2"}])
    first = {"state": "out", "author": author, "category": kind, "tags": [tag]}
    post, other = rows.posts([first, {"state": "out", "author": longer, "category": kind2, "tags": [tag2, tag]}])
    finds("/posts/", {"author": word}, [post.id])
    finds("/posts/", {"category": word}, [post.id])
    finds("/posts/", {"tag": word}, [post.id, other.id])
    finds("/posts/", {"tag": f"{word}-2"}, [other.id])
    for name in ("author", "category", "tag"):
        for nothing in (word.upper(), word[:-1], f"{word}y"):
            finds("/posts/", {name: nothing}, [])
    said = rows.comment(post=post, author=author)
    finds("/comments/", {"author": word}, [said.id])
    finds("/comments/", {"author": word.upper()}, [])
    finds("/posts/", {"category": kind.name}, [])


@check("api.filters", seconds=90)
def test_names_in_one_form(rows, rng, finds):
    """`author` and the search of users bring what is asked for into the Unicode form NFKC first."""
    word = rng.word()
    author = rows.user(username=f"fi{word}", email="")
    post = rows.post(state="out", author=author)
    comment = rows.comment(post=post, author=author)
    for asked in (f"\ufb01{word}", "".join(chr(ord(sign) + 0xFEE0) for sign in f"fi{word}")):
        finds("/posts/", {"author": asked}, [post.id])
        finds("/comments/", {"author": asked}, [comment.id])
        finds("/users/", {"search": asked}, [author.id])


@check("api.filters", seconds=90)
def test_search_of_posts(rows, rng, finds):
    """`search` finds what has the text in its title or body, whatever its capitals, as one text, signs as they are."""
    one, two = rng.word(), rng.word()
    posts = rows.posts(
        {"state": "out", **fields}
        for fields in (
            {"title": f"{one} {two}", "body": "Nothing."},
            {"title": "Nothing", "body": f"It is {one.upper()} {two.title()}."},
            {"title": f"{two} {one}", "body": "Nothing."},
            {"title": one, "body": two},
            {"title": f"100%_{one}", "body": r"a\b (c) [d] .*"},
            {"title": f"100 1 {one}x", "body": "a b c d"},
        )
    )
    numbers = [post.id for post in posts]
    finds("/posts/", {"search": f"{one} {two}".upper()}, numbers[:2])
    finds("/posts/", {"search": one}, numbers)
    finds("/posts/", {"search": f"%_{one}".upper()}, numbers[4:5])
    for sign in ("%", r"\b", "(c)", "[d]", ".*"):
        finds("/posts/", {"search": sign}, numbers[4:5])
    finds("/posts/", {"search": rng.word()}, [])


@check("api.filters", seconds=90)
def test_nothing_but_what_one_sees(api, rows, rng, finds):
    """A filter shows nobody more than they see: drafts by `status`, `author` and `search`."""
    word = rng.word()
    posts = rows.posts(
        {"state": state, "author": author, "title": word, "body": word}
        for author in ("contributor", "contributor2")
        for state in tuple(STATUSES)
    )
    seen = {
        None: {row.id for row in posts[:1] + posts[4:5]},
        "contributor": {row.id for row in (*posts[:4], posts[4])},
        "editor": {row.id for row in posts},
    }
    states = dict(zip((row.id for row in posts), list(STATUSES) * 2, strict=True))
    for who, visible in seen.items():
        finds("/posts/", {"search": word}, visible, as_=who)
        theirs = [row.id for row in posts[4:] if row.id in visible]
        finds("/posts/", {"author": api.people["contributor2"].username}, theirs, as_=who)
        for status in ("draft", "published", "archived"):
            wanted = [key for key in visible if STATUSES[states[key]] == status]
            finds("/posts/", {"status": status}, wanted, as_=who)


@check("api.filters", seconds=90)
def test_comments(api, rows, rng, finds):
    """Comments by post, author and status, alone and together; of a post that is not there there are none."""
    posts, authors = rows.posts([{"state": "out"}, {"state": "out"}]), ("reader", "editor")
    made = [
        {"post": post, "author": author, "status": status}
        for post in posts
        for author in authors
        for status in ("pending", "approved", "rejected")
    ]
    numbers = [row.id for row in rows.comments(made)]
    asked = {
        "post": (posts[0].id, lambda one: one["post"] is posts[0]),
        "author": (api.people["editor"].username, lambda one: one["author"] == "editor"),
    }
    for status in ("pending", "approved", "rejected"):
        asked["status"] = (status, lambda one, status=status: one["status"] == status)
        for names in (("post",), ("author",), ("status",), ("post", "status"), ("author", "status"), tuple(asked)):
            wanted = [key for key, one in zip(numbers, made, strict=True) if all(asked[name][1](one) for name in names)]
            finds("/comments/", {name: asked[name][0] for name in names}, wanted)
    for post in (99_999_999, -1, 0):
        finds("/comments/", {"post": post}, [])
    finds("/comments/", {"author": rng.word()}, [])


@check("api.filters", seconds=90)
def test_users(api, rows, rng, finds):
    """Users by role, by whether they are active and by a text in username or email, whatever its capitals."""
    word = rng.word()
    a, b, c, d = rows.users(
        [
            {"username": f"a_{word}", "email": "", "role": "reader"},
            {"username": f"ax{word}", "email": "", "role": "editor", "is_active": False},
            {"username": rng.word(), "email": f"Q_{word}@example.com", "role": "reader", "is_active": False},
            {"username": rng.word(), "email": f"q-{word}@example.org", "role": "editor", "first_name": f"A_{word}"},
        ]
    )
    both = {"search": word.upper()}
    finds("/users/", both, [a.id, b.id, c.id, d.id])
    finds("/users/", {"search": f"A_{word}"}, [a.id])
    finds("/users/", {"search": f"q_{word}@EXAMPLE"}, [c.id])
    finds("/users/", both | {"role": "reader"}, [a.id, c.id])
    finds("/users/", both | {"is_active": "true"}, [a.id, d.id])
    finds("/users/", both | {"is_active": "false", "role": "editor"}, [b.id])
    finds("/users/", both | {"role": "admin"}, [])
    there = [person for person in api.people.values() if not person.is_active]
    finds("/users/", {"is_active": "false"}, [b.id, c.id, *(person.id for person in there)])
    for role in ("reader", "contributor", "editor", "admin"):
        people = [person.id for person in api.people.values() if person.role == role]
        finds("/users/", {"role": role}, people + [row.id for row in (a, b, c, d) if row.role == role])
