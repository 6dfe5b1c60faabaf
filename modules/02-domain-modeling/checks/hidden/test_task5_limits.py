"""Task 5, slugs at their limits: titles that leave nothing or too much, and saves at the same moment."""

import contextlib
import itertools

import pytest

from grader.checkpoint import Raised, check, expect_that

NAMED = [("post", "title", "posts_post"), ("category", "name", "posts_category"), ("tag", "name", "posts_tag")]
named = pytest.mark.parametrize(("kind", "field", "table"), NAMED, ids=[n[0] for n in NAMED])


@pytest.fixture
def make(bare):
    """Rows whose slugs the project makes."""
    return bare


def passes(row):
    """Whether full_clean() accepts it."""
    with contextlib.suppress(Raised):
        row.full_clean()
        return True
    return False


@check("domain.slug-fallback")
@named
def test_nothing_left(make, db, kind, field, table):
    """A title or name of which slugify() leaves nothing still gets a slug that is not empty."""
    maker = getattr(make, kind)
    for text in ("日本語", "!!!", "—", "___", "- -", "🙂"):
        row = maker.build(**{field: text})
        if passes(maker.build(**{field: text}, slug="a")) and passes(maker.build(**{field: "word"})):
            row.full_clean()  # so it is the empty slug of this text that is refused
        row.save()
        assert db.one(table, "slug", id=row.pk)["slug"] != ""
        row.delete()  # how slugs that are taken are numbered is another criterion's


@check("domain.slug-fallback")
@named
def test_nothing_left_twice(make, db, kind, field, table):
    """Two such rows get two slugs, also after one of them is gone."""
    maker = getattr(make, kind)
    rows = [maker(**{field: text}) for text in ("日本語", "!!!", "—")]
    rows.pop(0).delete()
    rows += [maker(**{field: text}) for text in ("日本語", "???")]
    slugs = {db.one(table, "slug", id=row.pk)["slug"] for row in rows}
    assert len(slugs - {""}) == 4


@check("domain.slug-fallback")
def test_nothing_left_of_posts_with_one_title(make, db):
    """Posts of one title of which nothing is left get a slug each."""
    rows = [make.post(title="日本語").pk for _ in range(3)]
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


@check("domain.slug-length")
def test_what_is_cut_goes_at_the_end(make, stored, rng):
    """Of a slug that is too long characters go at the end, before the number: what is left is its beginning."""
    letters = [*rng.choices("abcdefghijklmnopq", k=100), *"\ufb03" * 100]
    rng.shuffle(letters)
    title = "".join(letters)
    first, second = stored("post", [make.post(title=title) for _ in range(2)], "slug")
    stem, _, number = second.rpartition("-")
    whole = title.replace("\ufb03", "ffi")
    assert max(len(first), len(second)) <= 220
    expect_that(
        whole.startswith(first) and whole.startswith(stem or "-") and first != "",
        expected="the beginning of the slug that is too long, and a number",
        observed=f"{first!r} and {second!r}",
    )
    assert number == "2"


@check("domain.slug-length", database="postgres")
@pytest.mark.parametrize(("kind", "longest"), [("category", 100), ("tag", 50)])
def test_names_that_grow(make, stored, kind, longest):
    """A name that grows when it is turned into a slug is cut to the field's length, its number included."""
    ends = itertools.islice(itertools.product("㎑㎒㎓", repeat=3), 12)
    names = ["㎑" * (longest - 3) + "".join(end) for end in ends]
    slugs = stored(kind, [getattr(make, kind)(name=name) for name in names], "slug")
    expect_that("" not in slugs, expected="a slug for each name", observed="an empty one")
    expect_that(len(set(slugs)) == 12, expected="12 slugs for 12 names", observed=f"{len(set(slugs))} of them")


@check("domain.slug-length")
def test_a_long_title_is_not_cut_early(make, db, rng):
    """A title of 200 letters gives a slug of 200, and its double ends in `-2`."""
    title = rng.word().ljust(200, "x")
    rows = [make.post(title=title).pk for _ in range(2)]
    assert [db.one("posts_post", "slug", id=pk)["slug"] for pk in rows] == [title, f"{title}-2"]


@check("domain.slug-length")
@pytest.mark.parametrize("kind", ["category", "tag"])
def test_a_name_of_fifty_letters_is_whole(make, stored, rng, kind):
    """A name of 50 letters fits into any slug: nothing of it is cut."""
    names = [rng.word().ljust(50, "x"), f"{rng.word()} {rng.word()} ".ljust(50, "y")]
    made = [getattr(make, kind)(name=name) for name in names]
    assert stored(kind, made, "slug") == [name.replace(" ", "-") for name in names]


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
