"""Task 1, people have roles."""

import pytest

from grader.checkpoint import Raised, check, refuses

ROLES = ("admin", "editor", "contributor", "reader")
OTHER_ROLES = ("author", "guest", "member", "moderator", "owner", "staff", "subscriber", "superuser", "user", "writer")


@check("domain.user-role")
def test_each_role_is_accepted(make, db):
    """Each of the four roles is accepted and stored as it is called."""
    for role in ROLES:
        user = make.user.build(role=role)
        user.full_clean()
        user.save()
        assert db.one("accounts_user", "role", id=user.pk)["role"] == role


@check("domain.user-role")
@pytest.mark.parametrize("who", ["staff", "inactive"])
def test_each_role_of_anybody(make, stored, who):
    """Whoever is staff, or not active, or has written something may be given each of the roles."""
    flags = {"is_staff": True, "is_superuser": True} if who == "staff" else {"is_active": False}
    user = make.user(**flags)
    make.post(author=user), make.published(author=user), make.comment(author=user)
    for role in ROLES:
        user.role = role
        try:
            user.full_clean()
        except Raised as raised:
            if not {"role", "__all__"} & raised.fields.keys():  # a taken name or address is another criterion's
                return
            raise
        user.save()
        assert stored("user", user, "role") == role


@check("domain.user-role")
def test_the_role_of_somebody_new(models, stored, rng):
    """Who is stored without a role is a reader."""
    users = models("user").objects
    user = users.create(username=rng.word(), email=f"{rng.word()}@example.com", password="!")
    other = users.create_user(rng.word(), f"{rng.word()}@example.com", "!")
    assert stored("user", [user, other], "role") == ["reader", "reader"]


@check("domain.user-role")
def test_another_role_is_refused(make):
    """A role that is none of the four is refused on `role`."""
    for role in ("Editor", "EDITOR", " editor", "editors", "", *OTHER_ROLES):
        with refuses("role"):
            make.user.build(role=role).full_clean()


@check("domain.user-email")
def test_a_taken_address(make, rng):
    """An address that another user has, in whatever case, is refused on `email`; another one is accepted."""
    address = f"{rng.word()}.{rng.word().title()}@example.com"
    make.user(email=address)
    make.user.build(email=f"x{address}").full_clean()
    for again in (address.upper(), address.swapcase(), address):
        with refuses("email"):
            make.user.build(email=again).full_clean()


@check("domain.user-email")
def test_without_an_address(make):
    """Any number of users may have no address."""
    make.user(email="")
    second = make.user.build(email="")
    second.full_clean()
    second.save()


@check("domain.user-email")
def test_made_without_an_address(models, stored, rng):
    """`create_user()` makes any number of users without an address."""
    users = models("user").objects
    made = [users.create_user(rng.word()), users.create_user(rng.word(), "", "!"), users.create_user(rng.word(), None)]
    assert [email or "" for email in stored("user", made, "email")] == ["", "", ""]


@check("domain.user-email")
def test_users_keep_their_own_address(make, db, rng):
    """A user may be saved again with the same address, and the part before the @ stays as it was written."""
    name = rng.word().title()
    user = make.user(email=f"{name}@example.com")
    user.full_clean()
    user.save()
    assert db.one("accounts_user", "email", id=user.pk)["email"] == f"{name}@example.com"


@check("domain.user-email")
@pytest.mark.parametrize("way", ["create_user", "create_superuser"])
def test_an_address_as_it_was_written(models, stored, rng, way):
    """`create_user()` and `create_superuser()` keep the part before the @ as it was written, too."""
    name = f"{rng.word().title()}.{rng.word().upper()}"
    user = getattr(models("user").objects, way)(rng.word(), f"{name}@example.com", "!")
    assert stored("user", user, "email").partition("@")[0] == name


@check("domain.user-email")
def test_other_letters_are_other_addresses(make, rng):
    """`a_b@…`, `a.xb@…` and `axb@…` are three addresses, and no other sign is a pattern, or left out, either."""
    tail = rng.word()
    make.user(email=f"axb{tail}@example.com")
    for other in ("a_b", "a.b", "a%b", "a.*b", "ax*b", "a.xb"):
        make.user.build(email=f"{other}{tail}@example.com").full_clean()
    for other in (f"axb{tail}+news@example.com", f"axb{tail}@example.org", f"axb{tail}@mail.example.com"):
        make.user.build(email=other).full_clean()


@check("domain.user-email")
def test_a_taken_address_with_signs(make, rng):
    """An address with signs in it is taken as it is written: `a+b@…`, `a.b@…` and `a_b@…` like any other."""
    tail = f"{rng.word()}@example.com"
    for name in ("a+b", "a.b", "a_b", "a%b", "a*b"):
        make.user(email=f"{name}{tail}")
        with refuses("email"):
            make.user.build(email=f"{name}{tail}".upper()).full_clean()


@check("domain.user-role")
def test_staff_are_readers_too(models, stored, rng):
    """Who is staff or a superuser is a reader as well, unless said otherwise."""
    flags = {"is_staff": True, "is_superuser": True, "password": "!"}
    user = models("user").objects.create(username=rng.word(), email=f"{rng.word()}@example.com", **flags)
    assert stored("user", user, "role") == "reader"


@check("domain.user-email", database="postgres")
def test_letters_beyond_ascii(make, db, rng):
    """An address that differs only in the case of letters beyond A to Z is refused on `email`; "ß" is not "ss"."""
    name = rng.word()
    for one, other in (("ärger", "ÄRGER"), ("журнал", "ЖУРНАЛ"), ("ωmega", "Ωmega")):
        make.user(email=f"{name}@{one}.example")
        with refuses("email"):
            make.user.build(email=f"{name}@{other}.example").full_clean()
    for one, other in (("straße", "STRASSE"), ("résumé", "resume")):
        make.user(email=f"{name}@{one}.example")
        make.user.build(email=f"{name}@{other}.example").full_clean()


@check("domain.user-email")
def test_whoever_has_it(make, rng):
    """An address is taken whoever has it: somebody of any role, active or not."""
    for others in ({"is_active": False}, {"role": "reader"}, {"role": "admin", "is_staff": True}):
        taken = make.user(email=f"{rng.word()}@example.com", **others).email
        for again in (taken, taken.upper()):
            with refuses("email"):
                make.user.build(email=again).full_clean()


@check("domain.user-email")
def test_whoever_wants_it(make, rng):
    """A taken address is refused whoever wants it: somebody of any role, active or not."""
    taken = make.user(email=f"{rng.word()}@example.com").email
    for others in ({"is_active": False}, {"role": "contributor"}, {"role": "admin", "is_staff": True}):
        with refuses("email"):
            make.user.build(email=taken.upper(), **others).full_clean()


@check("domain.user-email")
def test_a_change_of_address(make, rng):
    """A stored user may write the own address in other capitals, and is refused somebody else's."""
    taken = f"{rng.word()}@example.com"
    make.user(email=taken)
    user = make.user()
    user.email = user.email.title()
    user.full_clean()
    user.email = taken.upper()
    with refuses("email"):
        user.full_clean()
