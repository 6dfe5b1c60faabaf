"""Task 5, slugs."""

import contextlib

import pytest

from grader.checkpoint import Raised, check, expect_that

NAMED = [("post", "title", "posts_post"), ("category", "name", "posts_category"), ("tag", "name", "posts_tag")]
named = pytest.mark.parametrize(("kind", "field", "table"), NAMED, ids=[n[0] for n in NAMED])


@pytest.fixture
def make(bare):
    """Rows whose slugs the project makes."""
    return bare


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
def test_a_gap_is_filled(make, stored, rng):
    """A number that has become free is used again: the first free one, not the highest and one more."""
    word = rng.word()
    made = [make.post(title=word) for _ in range(4)]
    made.pop(1).delete()
    made += [make.post(title=word) for _ in range(2)]
    assert stored("post", made, "slug") == [word, f"{word}-3", f"{word}-4", f"{word}-2", f"{word}-5"]


@check("domain.slug-collision")
def test_beyond_nine(make, stored, rng):
    """Numbers are numbers: after `-9` comes `-10`, and a slug that ends in a number is a stem like any other."""
    word = rng.word()
    taken = [make.post(slug=slug) for slug in (word, *(f"{word}-{number}" for number in range(2, 10)))]
    made = [make.post(title=word), make.post(title=word), make.post(title=f"{word} 2")]
    assert stored("post", made, "slug") == [f"{word}-10", f"{word}-11", f"{word}-2-2"]
    assert len(taken) == 9


@check("domain.slug-collision")
@named
def test_a_slug_by_hand_is_never_numbered(make, db, rng, kind, field, table):
    """A slug given by hand that is taken is not saved, and gets no number."""
    slug = rng.slug()
    getattr(make, kind)(slug=slug)
    with contextlib.suppress(Raised):
        getattr(make, kind)(slug=slug)
    assert {row["slug"] for row in db.rows(table, "slug")} == {slug}


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
    for text in ("日本語", "!!!", "—", "___", "- -", "🙂"):
        row = getattr(make, kind)(**{field: text})
        assert db.one(table, "slug", id=row.pk)["slug"] != ""
        row.delete()  # how slugs that are taken are numbered is another criterion's


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
def test_numbers_at_the_limit(make, stored):
    """Where a slug is as long as it may be, each number has its room: `-2` to `-9`, and `-10` as well."""
    title = "\ufb03" * 200  # one letter each, of which slugify() makes three
    slugs = stored("post", [make.post(title=title) for _ in range(11)], "slug")
    assert max(len(slug) for slug in slugs) <= 220
    assert [slug[-3:].partition("-")[2] for slug in slugs[1:]] == [str(number) for number in range(2, 12)]


@check("domain.slug-length", database="postgres")
@pytest.mark.parametrize(("kind", "longest"), [("category", 100), ("tag", 50)])
def test_names_that_grow(make, stored, kind, longest):
    """A name that grows when it is turned into a slug is cut to the field's length, its number included."""
    names = [("㎑" * longest)[:-1] + last for last in "㎑㎒㎓"]
    slugs = stored(kind, [getattr(make, kind)(name=name) for name in names], "slug")
    expect_that("" not in slugs, expected="a slug for each name", observed="an empty one")
    expect_that(len(set(slugs)) == 3, expected="three slugs for three names", observed=f"{len(set(slugs))} of them")


@check("domain.slug-length")
def test_a_long_title_is_not_cut_early(make, db, rng):
    """A title of 200 letters gives a slug of 200, and its double ends in `-2`."""
    title = rng.word().ljust(200, "x")
    rows = [make.post(title=title).pk for _ in range(2)]
    assert [db.one("posts_post", "slug", id=pk)["slug"] for pk in rows] == [title, f"{title}-2"]


@check("domain.slug-race", database="postgres")
def test_two_at_once(race, rng):
    """Two posts of one title saved at the same moment both succeed, with two slugs."""
    word = rng.word()
    assert race(word, atomic=False) == [word, f"{word}-2"]


@check("domain.slug-race", database="postgres")
def test_two_at_once_in_transactions(race, rng):
    """The same when each save is inside an outer transaction."""
    word = rng.word()
    assert race(word, atomic=True) == [word, f"{word}-2"]
