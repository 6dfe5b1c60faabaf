"""Task 1, people have roles: the plain cases."""

from grader.checkpoint import check, refuses


@check("domain.user-role")
def test_a_new_user_is_a_reader(models):
    """A new user is a reader."""
    assert models("user")().role == "reader"


@check("domain.user-role")
def test_an_editor_is_accepted(make):
    """`editor` is a role."""
    make.user.build(role="editor").full_clean()


@check("domain.user-email")
def test_an_address_in_other_capitals(make):
    """`ADA@example.com` is refused on `email` when `ada@example.com` is taken; another address is accepted."""
    make.user(email="ada@example.com")
    make.user.build(email="grace@example.com").full_clean()
    with refuses("email"):
        make.user.build(email="ADA@example.com").full_clean()
