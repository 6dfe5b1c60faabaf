import pytest

from grader.checkpoint import Factory, Recipe


@pytest.fixture
def make(app, rng):
    return Factory(
        app,
        rng,
        user=Recipe("auth.User", username=lambda make: make.rng.word(), password="x", is_active=True),
        post=Recipe("posts.Post", many=("tags",), title=lambda make: make.rng.title(), body="A body.", author=lambda make: make.user()),
        tag=Recipe("posts.Tag", name=lambda make: make.rng.word()),
    )
