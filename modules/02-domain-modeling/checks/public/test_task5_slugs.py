"""Task 5, slugs: the plain cases."""

import pytest

from grader.checkpoint import check


@pytest.fixture
def make(bare):
    """Rows whose slugs the project makes."""
    return bare


@check("domain.slug-made")
def test_a_slug_from_the_title(make, stored):
    """A post saved without a slug gets one from its title."""
    assert stored("post", make.post(title="Hello, World!"), "slug") == "hello-world"


@check("domain.slug-collision")
def test_two_posts_one_title(make, stored):
    """Two posts may share a title; the second gets `-2`."""
    assert stored("post", [make.post(title="Hello") for _ in range(2)], "slug") == ["hello", "hello-2"]


@check("domain.slug-fallback")
def test_a_title_without_letters(make, stored):
    """A post called "!!!" still gets a slug."""
    assert stored("post", make.post(title="!!!"), "slug") != ""


@check("domain.slug-length")
def test_a_long_title(make, stored):
    """A title that grows when it is turned into a slug gives a slug of at most 220 characters."""
    post = make.post.build(title="㎑" * 100)
    post.save()
    assert 0 < len(stored("post", post, "slug")) <= 220


@check("domain.slug-race", database="postgres", seconds=60)
def test_two_saves_at_once(race):
    """Two posts called "Hello" that are saved at the same moment on PostgreSQL both succeed, with two slugs."""
    assert race("Hello", atomic=False) == ["hello", "hello-2"]
