"""Accounts over HTTP."""

from typing import Any

from accounts.fields import username_form
from accounts.models import User
from accounts.roles import Role
from accounts.serializers import OwnAccountSerializer, UserSerializer
from api import parameters as read
from api.pagination import Numbered
from api.permissions import OwnAccountPermission, UserPermission
from api.views import DomainViewSet
from django.db.models import Q, QuerySet
from rest_framework.request import Request


class UserViewSet(DomainViewSet):
    """Accounts, by username."""

    queryset = User.objects.all()
    serializer_class = UserSerializer
    permission_classes = [UserPermission]
    pagination_class = Numbered
    order = ("username", "pk")
    orderings = ("username", "created_at")
    parameters = {
        "role": read.Parameter(
            read.one_of(*Role.values),
            read.condition(lambda value: Q(role=value)),
            {"type": "string", "enum": Role.values},
            "With this role.",
        ),
        "is_active": read.Parameter(
            read.truth,
            read.condition(lambda value: Q(is_active=value)),
            {"type": "boolean"},
            "In use, or not any more.",
        ),
        "search": read.Parameter(
            read.text,
            read.condition(lambda text: Q(username__icontains=username_form(text)) | Q(email__icontains=text)),
            read.TEXT,
            "With this text in the username or the address.",
            empty_is_all=True,
        ),
    }


class OwnAccountViewSet(DomainViewSet):
    """One's own account."""

    serializer_class = OwnAccountSerializer
    permission_classes = [OwnAccountPermission]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The object is whoever asks."""
        super().initial(request, *args, **kwargs)
        self.kwargs["pk"] = request.user.pk

    def get_queryset(self) -> QuerySet:
        """Nobody else."""
        return User.objects.filter(pk=self.request.user.pk)
