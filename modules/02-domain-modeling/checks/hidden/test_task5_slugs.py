"""Task 5, slugs."""

import time

import pytest

from grader.checkpoint import check, expect_that, fail, later

NAMED = [("post", "title", "posts_post"), ("category", "name", "posts_category"), ("tag", "name", "posts_tag")]
named = pytest.mark.parametrize(("kind", "field", "table"), NAMED, ids=[n[0] for n in NAMED])

PATIENCE_S = 20


@check("domain.slug-made")
@named
def test_a_slug_from_words(make, db, rng, kind, field, table):
    """An empty slug of a post, category or tag is made by slugify() from its title or name."""
    one, two = rng.word(), rng.word()
    row = getattr(make, kind)(**{field: f" {one.title()},  Café {two.upper()}! "})
    assert db.one(table, "slug", id=row.pk)["slug"] == f"{one}-cafe-{two}"


@check("domain.slug-made")
@named
def test_a_slug_by_hand(make, db, rng, kind, field, table):
    """A slug given by hand is kept."""
    slug = rng.slug()
    row = getattr(make, kind)(slug=slug)
    assert db.one(table, "slug", id=row.pk)["slug"] == slug


@check("domain.slug-made")
@named
def test_a_slug_stays(make, db, models, rng, kind, field, table):
    """A new title or name does not change the slug."""
    word = rng.word()
    row = models(kind).objects.get(pk=getattr(make, kind)(**{field: word}).pk)
    setattr(row, field, rng.word())
    row.save()
    assert db.one(table, "slug", id=row.pk)["slug"] == word


@check("domain.slug-made")
def test_the_form_may_leave_it_empty(make):
    """A post without a slug passes full_clean()."""
    make.post.build(slug="").full_clean()


@check("domain.slug-collision")
def test_many_posts_of_one_title(make, stored, rng):
    """The third post of a title gets `-3`, and so on."""
    word = rng.word()
    made = [make.post(title=word.title()) for _ in range(5)]
    assert stored("post", made, "slug") == [word, f"{word}-2", f"{word}-3", f"{word}-4", f"{word}-5"]


@check("domain.slug-collision")
def test_a_number_that_is_taken(make, stored, rng):
    """The first free number is used: `-2` may be the slug of another title."""
    word = rng.word()
    made = [make.post(title=title) for title in (f"{word} 2", word, word)]
    assert stored("post", made, "slug") == [f"{word}-2", word, f"{word}-3"]


@check("domain.slug-collision")
def test_longer_titles_do_not_count(make, stored, rng):
    """A slug that only begins in the same way is no collision."""
    word = rng.word()
    made = [make.post(title=title) for title in (f"{word} again", f"{word}-", word)]
    assert stored("post", made, "slug") == [f"{word}-again", word, f"{word}-2"]


@check("domain.slug-collision")
@pytest.mark.parametrize("kind", ["category", "tag"])
def test_two_names_one_slug(make, stored, rng, kind):
    """Two categories (or tags) whose names give the same slug keep their own addresses."""
    word = rng.word()
    made = [getattr(make, kind)(name=name) for name in (word, f"{word}++", f"{word}!")]
    assert stored(kind, made, "slug") == [word, f"{word}-2", f"{word}-3"]


@check("domain.slug-collision")
def test_saving_again_is_no_collision(make, stored, rng):
    """A post that is saved again keeps its slug."""
    word = rng.word()
    post = make.post(title=word)
    post.save()
    assert stored("post", post, "slug") == word


@check("domain.slug-collision")
def test_a_collision_with_a_slug_given_by_hand(make, stored, rng):
    """A slug that somebody gave by hand is taken as well."""
    word = rng.word()
    made = [make.post(slug=word), make.post(title=word)]
    assert stored("post", made, "slug") == [word, f"{word}-2"]


@check("domain.slug-fallback")
@named
def test_nothing_left(make, db, kind, field, table):
    """A title or name of which slugify() leaves nothing still gets a slug that is not empty."""
    for text in ("日本語", "!!!", "—"):
        row = getattr(make, kind)(**{field: text})
        assert db.one(table, "slug", id=row.pk)["slug"] != ""


@check("domain.slug-fallback")
def test_nothing_left_twice(make, db):
    """Two such posts get two slugs."""
    rows = [make.post(title=title).pk for title in ("日本語", "!!!", "日本語")]
    slugs = {db.one("posts_post", "slug", id=pk)["slug"] for pk in rows}
    assert len(slugs - {""}) == 3


@check("domain.slug-length")
def test_a_title_that_grows(make, db, rng):
    """A title of 200 characters that slugify() makes longer gives slugs of at most 220, each time another."""
    title = rng.choice("㎑㎒㎓") * 200
    rows = [make.post(title=title).pk for _ in range(3)]
    slugs = [db.one("posts_post", "slug", id=pk)["slug"] for pk in rows]
    assert max(len(slug) for slug in slugs) <= 220
    assert len(set(slugs)) == 3


@check("domain.slug-length")
def test_a_long_title_is_not_cut_early(make, db, rng):
    """A title of 200 letters gives a slug of 200, and its double ends in `-2`."""
    title = rng.word().ljust(200, "x")
    rows = [make.post(title=title).pk for _ in range(2)]
    assert [db.one("posts_post", "slug", id=pk)["slug"] for pk in rows] == [title, f"{title}-2"]


def race(app, db, make, title, *, atomic):
    """Saves two posts of one title at once, in two processes; gives the slugs that the database has afterwards.

    Nothing is written until the database itself shows two sessions that wait. So both have looked before either
    writes, and what holds the second one back, if anything does, is the database and nothing in a process or a file.
    """
    posts, waiting = [make.post.build(title=title) for _ in range(2)], []

    def watch():
        ends = time.monotonic() + PATIENCE_S
        while not waiting and time.monotonic() < ends:
            waiting.extend([True] * (held.waiting() >= 2))
            time.sleep(0.01)
        held.release()

    with db.writes_held("posts_post") as held:
        outcomes = app.race([later(post.save) for post in posts], atomic=atomic, meanwhile=watch)
    for outcome in outcomes:
        if outcome.raised:
            fail(
                expected="both saves succeed", observed=f"one raised {outcome.raised.type}", where=outcome.raised.where
            )
    expect_that(
        bool(waiting),
        expected="two saves under way at the same moment, kept in order by the database alone",
        observed=f"one save kept the other from beginning for {PATIENCE_S} s",
    )
    return sorted(row["slug"] for row in db.rows("posts_post", "slug", title=title))


@check("domain.slug-race", database="postgres")
def test_two_at_once(app, db, make, rng):
    """Two posts of one title saved at the same moment both succeed, with two slugs."""
    word = rng.word()
    assert race(app, db, make, word, atomic=False) == [word, f"{word}-2"]


@check("domain.slug-race", database="postgres")
def test_two_at_once_in_transactions(app, db, make, rng):
    """The same when each save is inside an outer transaction."""
    word = rng.word()
    assert race(app, db, make, word, atomic=True) == [word, f"{word}-2"]
