"""Accounts over HTTP."""

from typing import Any

from accounts import services
from accounts.filters import UserFilters
from accounts.models import User
from accounts.serializers import (
    OwnNamesSerializer,
    UserBodySerializer,
    UserSerializer,
)
from api import documentation as doc
from api.conditional import answer, has_condition, require_match
from api.pagination import NumberedPages
from api.permissions import AdminsOnly
from api.problems import Conflict
from api.views import ChangeMixin, ListMixin, ResourceView, RetrieveMixin
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response


class UserResource(ResourceView):
    """What all views of accounts share."""

    permission_classes = (IsAuthenticated, AdminsOnly)
    model = User
    detail_serializer = UserSerializer
    list_serializer = UserSerializer
    body_serializer = UserBodySerializer
    list_name = "user-list"

    def shown(self) -> models.QuerySet[Any]:
        """All."""
        return User.objects.all()

    def visible(self) -> models.QuerySet[Any]:
        """All: only admins get here."""
        return self.shown()


class UserListView(ListMixin, UserResource):
    """All accounts."""

    pagination_class = NumberedPages
    filterset_class = UserFilters

    def get_queryset(self) -> models.QuerySet[Any]:
        """By username."""
        return User.objects.order_by("username", "pk")

    @doc.user_list
    def get(self, request: Request) -> Response:
        """A page of accounts."""
        return self.list(request)

    @doc.user_create
    def post(self, request: Request) -> Response:
        """A new account."""
        values = self.body().values_for(lambda values, wrong: services.check_user(User(**values), wrong))
        admin: Any = self.asker
        user = services.create_user(by=admin, values=values)
        where = reverse("v1:user-detail", args=[user.pk])
        return Response(self.show(user.pk), status=201, headers={"Location": where})


class UserDetailView(RetrieveMixin, ChangeMixin, UserResource):
    """One account."""

    def may_change(self, row: User) -> bool:
        """Only superusers change superusers, and nobody deletes themselves."""
        asker: Any = self.asker
        own = self.request.method == "DELETE" and row.pk == asker.pk
        return not own and (asker.is_superuser or not row.is_superuser)

    @doc.user_get
    def get(self, request: Request, id: int) -> Response:
        """The account."""
        return self.retrieve(request)

    @doc.user_put
    def put(self, request: Request, id: int) -> Response:
        """Replace it."""
        return self.change(partial=False)

    @doc.user_patch
    def patch(self, request: Request, id: int) -> Response:
        """Change some of it."""
        return self.change(partial=True)

    def change(self, *, partial: bool) -> Response:
        """Store what was sent."""
        admin: Any = self.asker
        with self.changing() as user:
            values = self.body(partial=partial).values_for(
                lambda values, wrong: services.check_changed(user, admin, values, wrong)
            )
            services.update_user(user=user, by=admin, values=values)
            return Response(self.show(user.pk))

    @doc.user_delete
    def delete(self, request: Request, id: int) -> Response:
        """Delete it, if nothing was written with it."""
        admin: Any = self.asker
        try:
            with self.changing() as user:
                services.delete_user(user=user, by=admin)
        except (services.HasWritten, IntegrityError) as exc:
            raise Conflict("There are posts or comments by this account.") from exc
        return Response(status=204)


class MeView(ResourceView):
    """One's own account."""

    permission_classes = (IsAuthenticated,)
    asks_who_first = True
    model = User
    detail_serializer = UserSerializer
    body_serializer = OwnNamesSerializer

    def shown(self) -> models.QuerySet[Any]:
        """Only one's own is asked for."""
        return User.objects.all()

    @doc.me_get
    def get(self, request: Request) -> Response:
        """The account."""
        return answer(request, self.show(request.user.pk))

    @doc.me_patch
    def patch(self, request: Request) -> Response:
        """Change one's names."""
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=request.user.pk)
            if has_condition(request):
                require_match(request, self.show(user.pk))
            values = self.body(partial=True).values_for()
            services.rename_oneself(user=user, values=values)
            return Response(self.show(user.pk))
