# FILE SOLUTION 03
"""People over HTTP."""

from typing import cast

from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle

from accounts.filters import UserFilter
from accounts.models import User
from accounts.permissions import IsAdmin, IsMember
from accounts.serializers import MeSerializer, UserSerializer
from accounts.services import create_user, delete_user, update_user
from api.throttles import SensitiveThrottle
from api.viewsets import Collection


class UserViewSet(Collection[User]):
    """People, for admins; and oneself, for everybody who has an account."""

    queryset = User.objects.order_by("username")
    serializer_class = UserSerializer
    filterset_class = UserFilter
    permission_classes = [IsAdmin]
    more_problems = {"destroy": {409}}

    def get_throttles(self) -> list[BaseThrottle]:
        """Whatever changes who may do what is sensitive."""
        throttles = list(super().get_throttles())
        sensitive = self.request.method not in SAFE_METHODS
        return [*throttles, SensitiveThrottle()] if sensitive else throttles

    def perform_create(self, serializer: BaseSerializer[User]) -> None:
        """An account without a password."""
        serializer.instance = create_user(
            by=self.request.user, **serializer.validated_data
        )

    def perform_update(self, serializer: BaseSerializer[User]) -> None:
        """What was sent."""
        row = cast(User, serializer.instance)
        serializer.instance = update_user(
            user=row, by=self.request.user, **serializer.validated_data
        )

    def perform_destroy(self, instance: User) -> None:
        """Only who has written nothing; others are closed by `is_active`."""
        delete_user(user=instance, by=self.request.user)

    @action(
        detail=False,
        permission_classes=[IsMember],
        serializer_class=MeSerializer,
        filterset_class=None,
        pagination_class=None,
    )
    def me(self, request: Request) -> Response:
        """Read your own account."""
        self.kwargs["pk"] = request.user.pk
        return self.retrieve(request)

    @me.mapping.patch
    def change_me(self, request: Request) -> Response:
        """Change your own first and last name."""
        self.kwargs["pk"] = request.user.pk
        return self.partial_update(request)
