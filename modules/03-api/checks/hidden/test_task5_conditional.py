"""Task 5: conditional requests, every way to say a tag and every method."""

import pytest

from grader.checkpoint import check, expect_that, fail

COLLECTIONS = ("posts", "comments", "categories", "tags", "users")
# What the headers hold, by words; `{tag}` is the present one.
NAMED = {"alone": "{tag}", "first of several": '{tag}, "other"', "last of several": '"other", "else",{tag}', "any": "*"}
NOT_NAMED = {
    "another": '"other"',
    "several others": '"other", "else"',
    "part of it": '"{inner}x"',
    "a star in quotes": '"*"',
}
KNOWN = NAMED | {"weakly": "W/{tag}", "weakly among others": '"other", W/{tag}'}


def written(template, tag):
    """A header about a tag."""
    return template.format(tag=tag, inner=tag.strip('"'))


@check("api.etag", seconds=90)
def test_the_same_content_has_the_same_tag(api, paths, tag_of):
    """Asked again and again, in whatever order, what has not changed has the ETag that it had."""
    read = ["/users/me/", *(path for name in COLLECTIONS for path in (paths(name), f"/{name}/"))]
    first = {path: tag_of(path) for path in read}
    for path in read[::-1] + read:
        assert {path: tag_of(path)} == {path: first[path]}


@check("api.etag", seconds=90)
def test_known_tags(api, paths, tag_of, rng):
    """If-None-Match names the tag alone, in a list, weakly, or any: 304 to GET and HEAD, with the ETag alone."""
    chosen = rng.choice(COLLECTIONS)
    for path in (paths(chosen), f"/{chosen}/"):
        tag = tag_of(path)
        for template in KNOWN.values():
            for method in ("GET", "HEAD"):
                headers = {"If-None-Match": written(template, tag)}
                answer = api.request(method, path, as_="admin", headers=headers).expect(304)
                assert (answer.body, answer.header("ETag")) == (b"", tag)


@check("api.etag", seconds=90)
def test_tags_for_everybody(api, rows):
    """Whoever asks gets a tag, an anonymous caller too, by which what they were shown is known: 304 to GET and HEAD."""
    post = rows.post(state="out", category=rows.category(), tags=[rows.tag()])
    comment = rows.comment(post=post, status="approved")
    single = {"posts": post.id, "comments": comment.id, "categories": post.category_id, "tags": post.tags[0].id}
    for name, key in single.items():
        for path in (f"/{name}/", f"/{name}/{key}/"):
            found = {}
            for who in (None, "contributor"):
                answer = api.get(path, as_=who)
                if answer.status_code != 200:  # who is shown what is for the tables of task 2 to judge
                    continue
                tag, method = answer.header("ETag"), "HEAD" if who is None else "GET"
                expect_that(bool(tag), expected=f"an ETag for {answer.asked}", observed="none")
                api.request(method, path, as_=who, headers={"If-None-Match": tag}).expect(304)
                found.setdefault(repr(answer.object()), set()).add(tag)
            for tags in found.values():
                expect_that(len(tags) == 1, expected=f"one ETag for one content of {path}", observed=", ".join(tags))


@check("api.etag", seconds=90)
def test_known_tags_everywhere(api, paths, tag_of):
    """A weak tag in a list of several is known to every collection and its objects, and at `/users/me/`."""
    for path in ("/users/me/", *(path for name in COLLECTIONS for path in (paths(name), f"/{name}/"))):
        header = {"If-None-Match": f'"other", W/{tag_of(path)}'}
        api.get(path, as_="admin", headers=header).expect(304)


@check("api.etag", seconds=90)
def test_tags_that_are_not_known(api, paths, tag_of, rng):
    """If-None-Match names other tags alone: 200, and what was asked for, with its ETag, which HEAD has too."""
    chosen = rng.choice(COLLECTIONS)
    for path in (paths(chosen), f"/{chosen}/"):
        tag = tag_of(path)
        for template in NOT_NAMED.values():
            answer = api.get(path, as_="admin", headers={"If-None-Match": written(template, tag)}).expect(200)
            assert answer.object()
            assert answer.header("ETag") == tag
        assert api.request("HEAD", path, as_="admin").expect(200).header("ETag") == tag


@pytest.fixture
def shown(api):
    """``shown("/posts/")`` is what an admin reads there now."""
    return lambda path: api.get(path, as_="admin").expect(200).object()


@check("api.etag", seconds=90)
def test_what_shows_in_another_object(api, rows, rng, tag_of, shown):
    """A post shows its author's username and its tags, a list the counts: where these change, its ETag does."""
    author, tag = rows.user(), rows.tag()
    post = rows.post(state="out", author=author, tags=[tag], category=rows.category())
    comment = rows.comment(post=post, author=author)
    one, many, theirs = f"/posts/{post.id}/", "/posts/", f"/comments/{comment.id}/"
    named = (one, many, theirs, "/comments/")
    steps = [
        ("its author has another name", "PATCH", f"/users/{author.id}/", {"username": rng.word()}, named),
        ("a comment on it was approved", "POST", f"{theirs}approve/", None, (many, theirs)),
        ("it has no tag any more", "PATCH", one, {"tags": []}, (one, many)),
        ("it has a tag again", "PATCH", one, {"tags": [tag.slug]}, (one, many)),
        ("it left", "POST", f"{one}unpublish/", None, (one, many, "/categories/")),
        ("it is out again", "POST", f"{one}publish/", None, (one, many, "/categories/")),
        ("its tag was deleted", "DELETE", f"/tags/{tag.id}/", None, (one, many)),
        ("its category was deleted", "DELETE", f"/categories/{post.category_id}/", None, (one, many)),
        ("its comment was deleted", "DELETE", theirs, None, (many,)),
    ]
    for what, method, path, body, seen in steps:
        old = {place: (tag_of(place), shown(place)) for place in seen}
        api.request(method, path, as_="admin", **({} if body is None else {"json": body})).expect(200, 204)
        for place, (tag_before, before) in old.items():
            # Where nothing shows of it no other tag is needed: what has to show is for others to judge.
            if (place, method) != (theirs, "DELETE") and shown(place) != before:
                expect_that(
                    tag_of(place) != tag_before, expected=f"another ETag of {place}: {what}", observed="the same"
                )


@check("api.etag", seconds=90)
def test_lists_that_grow_and_shrink(api, paths, tag_of):
    """A list with one row more has another ETag, and without it again the one that it had."""
    for name in COLLECTIONS:
        path = f"/{name}/"
        old = tag_of(path)
        made = paths(name)
        if tag_of(path) == old:
            fail(expected=f"another ETag of {path}, which has one row more", observed="the same")
        api.delete(made, as_="admin").expect(204)
        assert tag_of(path) == old


@check("api.etag", seconds=90)
def test_other_answers_of_one_list(api, rows, tag_of):
    """Other pages, other filters and what others see of a list are other contents, with other ETags."""
    rows.posts({"state": "out"} for _ in range(3))
    rows.posts({"state": "draft", "author": "contributor"} for _ in range(2))
    asked = [
        ("admin", query) for query in ("", "?page_size=2", "?page_size=2&page=2", "?status=draft", "?ordering=title")
    ]
    found = {}
    for who, query in [*asked, ("contributor", ""), ("reader", ""), (None, "?page_size=1")]:
        path = f"/posts/{query}"
        content = repr(api.get(path, as_=who).expect(200).object())
        found.setdefault(tag_of(path, as_=who), set()).add(content)
    for tag, contents in found.items():
        expect_that(len(contents) == 1, expected="another ETag for another page of /posts/", observed=f"{tag} for both")


@check("api.etag", seconds=90)
def test_no_tag_tells_of_what_is_not_seen(api, rows, tag_of):
    """Who may not see it learns nothing by If-None-Match: 404, and 401 for accounts."""
    path = f"/posts/{rows.post(author='contributor').id}/"
    tag = tag_of(path, as_="contributor")
    for header in (tag, "*"):
        for who in (None, "reader", "contributor2", "inactive"):
            plain = api.get(path, as_=who).status_code
            if plain != 200:  # who is shown it all the same is for the tables of task 2 to judge
                api.get(path, as_=who, headers={"If-None-Match": header}).expect(plain)
        api.get("/users/me/", headers={"If-None-Match": header}).expect(401)
        api.get("/posts/99999999/", as_="editor", headers={"If-None-Match": header}).expect(404)
