"""Accounts, and one's own."""

from functools import partial

from accounts.access import AnyUser
from accounts.fields import UsernameField
from accounts.models import User
from accounts.roles import Role
from api.pages import ByNumber
from api.parameters import Parameters
from api.problems import Problem
from api.reading import Complaints, Field, text, truth
from api.resources.base import Data, Resource, assign, stamps
from api.rules import RULES, Rule, anybody
from django.db.models import ProtectedError, Q, QuerySet
from django.http import HttpRequest, HttpResponse

ORDERINGS = ("username", "-username", "created_at", "-created_at")


def show(user: User) -> Data:
    """As it looks, by itself, among others, and to its owner."""
    return {
        "id": user.pk,
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role,
        "is_active": user.is_active,
        **stamps(user),
    }


USERS = Resource("users", User, lambda user: User.objects.all(), show)


def _filtered(user: AnyUser, parameters: Parameters) -> QuerySet[User]:
    rows = User.objects.all()
    if role := parameters.choice("role", Role.values):
        rows = rows.filter(role=role)
    if is_active := parameters.choice("is_active", ("true", "false")):
        rows = rows.filter(is_active=is_active == "true")
    if search := parameters.text("search"):
        rows = rows.filter(Q(username__icontains=UsernameField.normalise(search)) | Q(email__icontains=search))
    ordering = parameters.choice("ordering", ORDERINGS) or "username"
    return rows.order_by(ordering, "pk")


list_users = USERS.lister(ByNumber, _filtered, show)

NAMES = (Field("first_name", text), Field("last_name", text))
FIELDS = (
    Field("username", text, is_required=True),
    Field("email", text),
    *NAMES,
    Field("role", text),
    Field("is_active", truth),
)


def _create(request: HttpRequest) -> User:
    complaints = Complaints()
    values = complaints.take(request, FIELDS, is_partial=False)
    user = User()
    user.set_unusable_password()
    assign(user, values)
    complaints.check(user)
    user.save()
    return user


def _update(request: HttpRequest, user: User, *, is_partial: bool) -> User:
    complaints = Complaints()
    values = complaints.take(request, FIELDS, is_partial=is_partial)
    if user.pk == request.user.pk:
        for name in ("role", "is_active"):
            if name in values and values.pop(name) != getattr(user, name):
                complaints.add(name, "Nobody changes this of their own account.", "own_account")
    assign(user, values)
    complaints.check(user, exclude=["password"])
    user.save()
    return user


def _delete(request: HttpRequest, user: User) -> None:
    try:
        user.delete()
    except ProtectedError as error:
        raise Problem(409, "has_written", "Who has written something stays; close the account.") from error


create_user = USERS.creator(_create)
replace_user = USERS.changer(RULES["users.change"], partial(_update, is_partial=False))
update_user = USERS.changer(RULES["users.change"], partial(_update, is_partial=True))
delete_user = USERS.changer(RULES["users.delete"], _delete)


def read_me(request: HttpRequest) -> HttpResponse:
    """A view: one's own account."""
    return USERS.read(request, request.user.pk)


def _update_names(request: HttpRequest, user: User) -> User:
    complaints = Complaints()
    assign(user, complaints.take(request, NAMES, is_partial=True))
    complaints.check(user, exclude=["password"])
    user.save()
    return user


_change_me = USERS.changer(Rule(anybody), _update_names)


def update_me(request: HttpRequest) -> HttpResponse:
    """A view: one's own names."""
    return _change_me(request, request.user.pk)
