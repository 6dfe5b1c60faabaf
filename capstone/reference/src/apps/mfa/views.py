# FILE SOLUTION 06
"""The second factor over HTTP."""

from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.http import HttpResponseBase
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.models import User
from accounts.permissions import IsMember
from api.problems import Conflict
from api.throttles import AnonThrottle, BurstThrottle, LoginThrottle
from authentication.lockout import too_many_attempts
from authentication.serializers import TokenPairSerializer
from authentication.views import PERSONAL, UnauthenticatedView, no_store
from mfa.checking import Check, Outcome
from mfa.serializers import (
    CodeSerializer,
    EnrolmentBeginningSerializer,
    EnrolmentSerializer,
    PasswordAndCodeSerializer,
    RecoveryCodesSerializer,
    SecondStepSerializer,
)
from mfa.services import (
    SecondFactorLockedError,
    SecondFactorStateError,
    confirm,
    disable,
    enrol,
    log_in_with_code,
    renew_recovery_codes,
)


@no_store
class SecondFactorView(APIView):
    """Base of views by which people care for their own second factor."""

    permission_classes = (IsMember,)
    throttle_classes = PERSONAL
    more_problems: ClassVar[dict[str, set[int]]] = {"": {409}}

    def handle_exception(self, exc: Exception) -> Response:
        """What the services refuse, in terms of HTTP."""
        if isinstance(exc, SecondFactorLockedError):
            return cast(Response, _locked(self.request, exc.seconds))
        is_state = isinstance(exc, SecondFactorStateError)
        return super().handle_exception(Conflict(str(exc)) if is_state else exc)

    def member(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)  # IsMember lets in nobody else


class EnrolView(SecondFactorView):
    """The beginning."""

    @extend_schema(
        operation_id="auth_mfa_enrol",
        request=EnrolmentBeginningSerializer,
        responses={200: EnrolmentSerializer},
    )
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Enrol a second factor: a secret for an authenticator app.

        It is asked for once it is confirmed; to enrol again before that makes another secret.
        """
        given = _validated(EnrolmentBeginningSerializer, request)
        return Response(enrol(request=request._request, user=self.member(), **given))


class ConfirmView(SecondFactorView):
    """The end of the beginning."""

    @extend_schema(
        operation_id="auth_mfa_confirm",
        request=CodeSerializer,
        responses={200: RecoveryCodesSerializer},
    )
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Confirm the second factor by a code of the app.

        From now on log-ins ask for a code. The recovery codes are shown this once.
        """
        given = _validated(CodeSerializer, request)
        return Response({"codes": confirm(user=self.member(), **given)})


class RecoveryCodesView(SecondFactorView):
    """New recovery codes."""

    @extend_schema(
        operation_id="auth_mfa_recovery_codes",
        request=PasswordAndCodeSerializer,
        responses={200: RecoveryCodesSerializer},
    )
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Renew the recovery codes: those before are void."""
        given = _validated(PasswordAndCodeSerializer, request)
        codes = renew_recovery_codes(
            request=request._request, user=self.member(), **given
        )
        return Response({"codes": codes})


class DisableView(SecondFactorView):
    """The end."""

    @extend_schema(
        operation_id="auth_mfa_disable",
        request=PasswordAndCodeSerializer,
        responses={204: None},
    )
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Disable the second factor, by the password and a code."""
        given = _validated(PasswordAndCodeSerializer, request)
        disable(request=request._request, user=self.member(), **given)
        return Response(status=HTTPStatus.NO_CONTENT)


class SecondStepView(UnauthenticatedView):
    """The second step of a log-in."""

    throttle_classes = (BurstThrottle, AnonThrottle, LoginThrottle)

    @extend_schema(
        operation_id="auth_mfa_login",
        request=SecondStepSerializer,
        responses={200: TokenPairSerializer},
    )
    @sensitive_variables()
    def post(self, request: Request) -> HttpResponseBase:
        """Log in with a code: begin a session.

        The challenge is the answer of `POST /auth/login/`.
        """
        given = _validated(SecondStepSerializer, request)
        result: Any = log_in_with_code(request=request._request, **given)
        if not isinstance(result, Check):
            return Response(result)
        if result.outcome is Outcome.LOCKED:
            return _locked(request, result.seconds)
        raise AuthenticationFailed("The challenge or the code is not valid.")


def _validated(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _locked(request: Request, seconds: int) -> HttpResponseBase:
    return too_many_attempts(request._request, code="locked_out", seconds=seconds)
