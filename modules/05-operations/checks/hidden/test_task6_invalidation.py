"""Every change that the public can see shows in its next request, by whatever way it comes, and whatever Redis does."""

import pytest

from grader.checkpoint import check, expect, expect_that


@pytest.fixture
def scene(platform, rng):
    """``it, post, paths``: a deployment with a post that has a tag, a category and comments, and what shows it."""
    it = platform()
    rows = it.web.rows
    tag, category = rows.tag(), rows.category()
    post = rows.post(state="out", author="contributor", tags=[tag], category=category)
    return it, post, ("/posts/", f"/posts/{post.id}/")


@pytest.fixture
def shows():
    """``shows(it, paths, what, change)``: makes the change; the public's next answers are those of the database.

    What the database says is what a member gets, who sees the same and is never answered from the cache.
    """

    def look(it, path, who=None):
        answer = it.web.get(path, as_=who).expect(200, 404)
        return answer.object() if answer.status_code == 200 else 404

    def check_change(it, paths, what, change):
        for path in paths:
            it.web.get(path).expect(200, 404)
        before = [look(it, path) for path in paths]
        change()
        after = [look(it, path) for path in paths]
        stored = [look(it, path, "reader2") for path in paths]
        expect_that(stored != before, expected=f"that {what} changes what can be read", observed="it changes nothing")
        for path, seen, right in zip(paths, after, stored, strict=True):
            expect(seen, equal_to=right, because=f"{what} was committed before this GET {path}")

    return check_change


@check("caching.invalidation", seconds=180)
def test_changes_by_the_api(scene, shows, rng):
    """Changes of posts, tags, categories, comments and names by the API show in the public's next request."""
    it, post, paths = scene
    ask, rows = it.web.request, it.web.rows
    other, label = rows.post(author="contributor"), rows.tag()
    waits = [rows.comment(post=post, author="reader").id for _ in range(2)]
    author = it.web.people["contributor"].id
    changes = {
        "an edit of its body": ("PATCH", paths[1], "contributor", {"body": rng.sentence()}, 200),
        "another tag": ("PATCH", paths[1], "editor", {"tags": [label.slug]}, 200),
        "a tag that is deleted": ("DELETE", f"/tags/{label.id}/", "editor", None, 204),
        "a category that is deleted": ("DELETE", f"/categories/{post.values['category_id']}/", "editor", None, 204),
        "another post that is published": ("POST", f"/posts/{other.id}/publish/", "editor", None, 200),
        "a comment that is approved": ("POST", f"/comments/{waits[0]}/approve/", "editor", None, 200),
        "another one": ("POST", f"/comments/{waits[1]}/approve/", "contributor", None, 200),
        "a comment that is rejected": ("POST", f"/comments/{waits[0]}/reject/", "editor", None, 200),
        "a comment that is deleted": ("DELETE", f"/comments/{waits[1]}/", "editor", None, 204),
        "another name of its author": ("PATCH", f"/users/{author}/", "admin", {"username": rng.word()}, 200),
        "a post that is unpublished": ("POST", f"{paths[1]}unpublish/", "editor", None, 200),
        "a post that is published again": ("POST", f"{paths[1]}publish/", "editor", None, 200),
        "a post that is deleted": ("DELETE", paths[1], "editor", None, 204),
    }
    for what, (method, path, who, body, status) in changes.items():
        sent = {} if body is None else {"json": body}
        shows(
            it,
            paths,
            what,
            lambda: ask(method, path, as_=who, **sent).expect(status),  # noqa: B023 (called at once)
        )


@check("caching.invalidation", seconds=180)
def test_changes_by_save_and_delete(scene, shows, rng):
    """What `save()` and `delete()` change beside the server shows as well."""
    it, post, paths = scene
    comment = it.web.rows.comment(post=post, author="reader").id
    one_post = f"from posts.models import Post; post = Post.objects.get(pk={post.id}); "
    one_comment = f"from comments.models import Comment; comment = Comment.objects.get(pk={comment}); "
    programs = {
        "`Post.save()`": f"{one_post}post.title = {rng.title()!r}; post.save()",
        "`User.save()`": f"{one_post}post.author.username = {rng.word()!r}; post.author.save()",
        "`Comment.save()`": f"{one_comment}comment.status = 'approved'; comment.save()",
        "`Tag.delete()`": f"{one_post}post.tags.get().delete()",
        "`Comment.delete()`": f"{one_comment}comment.delete()",
    }
    for what, program in programs.items():

        def change(program=program):
            ended = it.command("manage.py", "shell", "-c", program)
            expect_that(ended.ok, expected=f'`manage.py shell -c "{program}"` to end with 0', observed=ended.out[-300:])

        shows(it, paths, what, change)


@check("caching.stale", seconds=120)
def test_a_change_while_the_cache_is_away(scene, rng, stays_shown):
    """A change made while Redis does not answer the server shows at once, and also after Redis is back."""
    it, post, (posts, detail) = scene
    for mode in (it.web.cut, it.web.silence):
        title = rng.title()
        for path in (posts, detail):
            for _ in range(2):
                it.web.get(path).expect(200)
        mode("redis")
        it.web.patch(detail, as_="editor", json={"title": title}).expect(200)
        it.web.restore("redis")
        stays_shown(it, post, title)


@check("caching.stale", seconds=120)
def test_a_change_whose_process_dies(scene, rng):
    """A change by a process that cannot tell the cache is not hidden by what the cache still holds."""
    it, post, (posts, detail) = scene
    title = rng.title()
    for path in (posts, detail):
        for _ in range(2):
            it.web.get(path).expect(200)
    program = (
        "import os; from django.db import transaction; from posts.models import Post\n"
        f"with transaction.atomic():\n p = Post.objects.get(pk={post.id}); p.title = {title!r}\n"
        " transaction.on_commit(lambda: os._exit(9)); p.save()"
    )
    it.command("manage.py", "shell", "-c", program)
    expect(it.web.db.one("posts_post", "title", id=post.id)["title"], equal_to=title)
    for _ in range(3):
        expect(it.web.get(detail).expect(200).object().get("title"), equal_to=title)
        shown = [one.get("title") for one in it.web.get(posts).expect(200).object()["results"]]
        expect(title in shown, equal_to=True, because="it was committed, though its process is gone")
