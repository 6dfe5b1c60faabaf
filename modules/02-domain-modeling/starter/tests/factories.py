"""Ready-made objects: right in every way unless a test says otherwise."""

import factory
from factory.django import DjangoModelFactory

from accounts.models import User


class UserFactory(DjangoModelFactory[User]):
    """Somebody who may write posts."""

    class Meta:
        model = User

    username = factory.Sequence("user{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    # TODO(02): give factories to the new models, and this one a role (brief, task 1).


# TODO(02): CategoryFactory, TagFactory, PostFactory and CommentFactory (brief, task 2).
