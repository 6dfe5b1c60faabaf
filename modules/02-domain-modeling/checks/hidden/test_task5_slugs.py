"""Task 5, slugs: how they are made and numbered."""

import contextlib
from datetime import UTC, datetime

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


@check("domain.slug-made")
@named
def test_a_slug_from_words(make, db, rng, kind, field, table):
    """An empty slug of a post, category or tag is made by slugify() from its title or name."""
    one, two = rng.word(), rng.word()
    row = getattr(make, kind)(**{field: f" {one.title()},  Café {two.upper()}! "})
    assert db.one(table, "slug", id=row.pk)["slug"] == f"{one}-cafe-{two}"


@check("domain.slug-made")
@named
def test_a_slug_as_slugify_makes_it(make, stored, rng, kind, field, table):
    """An underscore within a word stays, several signs become one hyphen, no word is left out."""
    one, two = rng.word(), rng.word()
    texts = {f"{one}_{two}": f"{one}_{two}", f"_{two} -- {one}_ ": f"{two}-{one}", f"{one}: 1.5 %": f"{one}-15"}
    texts |= {f"The {one} of a {two}": f"the-{one}-of-a-{two}", f"{one} Straße журнал {two}": f"{one}-strae-{two}"}
    made = [getattr(make, kind)(**{field: text}) for text in texts]
    assert stored(kind, made, "slug") == list(texts.values())


@check("domain.slug-made")
@named
def test_a_slug_by_hand(make, db, rng, kind, field, table):
    """A slug given by hand is kept as it was written, also by full_clean()."""
    for slug in (rng.slug(), f"{rng.word().title()}_{rng.word()}-X", f"{rng.slug()}-2"):
        row = getattr(make, kind).build(slug=slug)
        passes(row)  # whether it does is another criterion's
        row.save()
        assert db.one(table, "slug", id=row.pk)["slug"] == slug


@check("domain.slug-made")
@named
def test_a_slug_by_hand_later(make, db, models, rng, kind, field, table):
    """A slug that somebody gives to a stored row is kept; one that somebody empties is made again on save."""
    row = models(kind).objects.get(pk=getattr(make, kind)().pk)
    row.slug = slug = rng.slug()
    row.save()
    assert db.one(table, "slug", id=row.pk)["slug"] == slug
    row.slug, word = "", rng.word()
    setattr(row, field, word.upper())
    row.save()
    assert db.one(table, "slug", id=row.pk)["slug"] == word


@check("domain.slug-made")
@named
def test_a_slug_stays(make, db, models, rng, kind, field, table):
    """A new title or name does not change the slug, also when it is examined first, and when a post is published."""
    word = rng.word()
    made = getattr(make, kind)(**{field: word})
    for row in (models(kind).objects.get(pk=made.pk), made):
        for examine in (False, True):
            setattr(row, field, rng.word())
            if examine:
                passes(row)
            row.save()
            assert db.one(table, "slug", id=row.pk)["slug"] == word
    if kind == "post":
        made.title, made.status, made.published_at = rng.title(), "published", datetime.now(UTC)
        made.save()
        assert db.one(table, "slug", id=made.pk)["slug"] == word


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
@named
def test_a_gap_is_filled(make, stored, rng, kind, field, table):
    """A number that has become free is used again: the first free one, not the highest and one more."""
    maker, word = getattr(make, kind), rng.word()
    made = [maker(**{field: word + "!" * count}) for count in range(4)]
    made.pop(1).delete()
    made += [maker(**{field: word + "?" * count}) for count in (1, 2)]
    assert stored(kind, made, "slug") == [word, f"{word}-3", f"{word}-4", f"{word}-2", f"{word}-5"]


@check("domain.slug-collision")
@named
def test_beyond_nine(make, stored, rng, kind, field, table):
    """Numbers are numbers: after `-9` comes `-10`, and a slug that ends in a number is a stem like any other."""
    maker, word = getattr(make, kind), rng.word()
    taken = [maker(slug=slug) for slug in (word, *(f"{word}-{number}" for number in range(2, 10)))]
    made = [maker(**{field: text}) for text in (word, f"{word}!", f"{word} 2")]
    assert stored(kind, made, "slug") == [f"{word}-10", f"{word}-11", f"{word}-2-2"]
    assert len(taken) == 9


@check("domain.slug-collision")
@named
def test_what_was_examined_first(make, stored, rng, kind, field, table):
    """A title or name whose slug is taken passes full_clean() while the slug is empty, and is numbered on save."""
    maker, word = getattr(make, kind), rng.word()
    first, second, third = (maker.build(**{field: word + "!" * count}) for count in range(3))
    if not passes(first):
        return  # what a form may leave empty is another criterion's
    first.save()
    for row in (second, third):
        expect_that(passes(row), expected="full_clean() accepts a row whose slug is empty", observed="it was refused")
        row.save()
    assert stored(kind, [first, second, third], "slug") == [word, f"{word}-2", f"{word}-3"]


@check("domain.slug-collision")
def test_beyond_a_hundred(make, stored, rng):
    """Numbers do not end: after `-104` comes `-105`."""
    word, alike = rng.word(), {"author": make.user(), "body": "Words."}
    for slug in (word, *(f"{word}-{number}" for number in range(2, 105))):
        make.post(slug=slug, title=word, **alike)
    assert stored("post", make.post(title=word, **alike), "slug") == f"{word}-105"


@check("domain.slug-collision")
def test_a_title_twice_by_one_author(make, stored, rng):
    """It makes no difference who wrote the posts, in which category, and in which status they are."""
    word, alike = rng.word(), {"author": make.user(), "category": make.category()}
    made = [make.post(title=word, **alike), make.published(title=word, **alike)]
    made += [make.published(title=word, **alike, status="archived"), make.post(title=word, category=make.category())]
    assert stored("post", made, "slug") == [word, f"{word}-2", f"{word}-3", f"{word}-4"]


@check("domain.slug-collision")
def test_each_model_has_its_own_slugs(make, stored, rng):
    """A category, a tag and a post of one name do not get in each other's way."""
    word = rng.word()
    made = {kind: getattr(make, kind)(**{field: word}) for kind, field, _ in NAMED}
    assert [stored(kind, row, "slug") for kind, row in made.items()] == [word] * 3


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
