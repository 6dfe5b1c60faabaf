# FILE SOLUTION 04
"""Registration, log-in and log-out over HTTP."""

from http import HTTPStatus
from typing import Any, ClassVar, Never, cast

from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView
from rest_framework_simplejwt.settings import api_settings

from accounts.models import User
from accounts.permissions import IsAdmin, IsMember
from api.throttles import (
    AnonThrottle,
    BurstThrottle,
    LoginThrottle,
    RegisterThrottle,
    SensitiveThrottle,
    Throttle,
    UserThrottle,
)

# BEGIN SOLUTION 06
from authentication.challenge_serializer import ChallengeSerializer

# END
from authentication.credentials import (
    accept_invitation,
    change_password,
    invite,
    register,
)
from authentication.serializers import (
    AcceptedSerializer,
    FirstPasswordSerializer,
    InvitationSerializer,
    InvitedSerializer,
    LoginSerializer,
    PasswordChangeSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    TokenPairSerializer,
)
from authentication.sessions import (
    end_all_sessions,
    end_session,
    log_in,
    renew_session,
)
from authentication.tokens import SessionRefreshToken

type Throttles = tuple[type[Throttle], ...]

# For whoever is logged in, and for those who try without being so.
PERSONAL: Throttles = (BurstThrottle, AnonThrottle, UserThrottle, SensitiveThrottle)

no_store = method_decorator(cache_control(no_store=True), name="dispatch")


def _valid(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """What was sent, once it has been checked; unknown fields are left out."""
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


@no_store
class UnauthenticatedView(APIView):
    """Base of views that need no authentication; cookies and Authorization are ignored."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes: Throttles = (BurstThrottle, AnonThrottle, SensitiveThrottle)
    more_problems: ClassVar[dict[str, set[int]]] = {"": {401}}

    def get_authenticate_header(self, request: Request) -> str:
        """Return a challenge, without which REST framework turns a 401 into a 403."""
        return 'Bearer realm="api"'


class RegisterView(UnauthenticatedView):
    """Accounts for everybody."""

    throttle_classes = (BurstThrottle, AnonThrottle, RegisterThrottle)
    more_problems: ClassVar[dict[str, set[int]]] = {}

    @extend_schema(
        operation_id="auth_register",
        request=RegistrationSerializer,
        responses={202: AcceptedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Register: open an account.

        The answer is the same if the name or the address is taken.
        """
        register(**_valid(RegistrationSerializer, request))
        detail = "If name and address were free, the account is open: log in."
        return Response({"detail": detail}, status=HTTPStatus.ACCEPTED)


class LoginView(UnauthenticatedView):
    """Tokens for a password."""

    throttle_classes = (BurstThrottle, AnonThrottle, LoginThrottle)

    @extend_schema(
        operation_id="auth_login",
        request=LoginSerializer,
        # BEGIN BEFORE 06
        # responses={200: TokenPairSerializer},
        # END
        # BEGIN SOLUTION 06
        responses={200: TokenPairSerializer, 202: ChallengeSerializer},
        # STUB
        # # TODO(06): what else a log-in may be answered with (brief, task 2).
        # responses={200: TokenPairSerializer},
        # END
    )
    def post(self, request: Request) -> Response:
        # BEGIN BEFORE 06
        # """Log in: begin a session."""
        # END
        # BEGIN SOLUTION 06
        """Log in: begin a session, or be asked for the second factor."""
        # STUB
        # """Log in: begin a session."""
        # # TODO(06): 202 for whoever has a second factor (brief, task 2).
        # END
        pair = log_in(request=request._request, **_valid(LoginSerializer, request))
        # BEGIN SOLUTION 06
        if pair and "challenge" in pair:
            return Response(pair, status=HTTPStatus.ACCEPTED)
        # END
        return Response(pair) if pair else _refuse("Name and password do not fit.")


class RefreshTokenView(UnauthenticatedView):
    """Base of views whose caller is named by a refresh token in the body.

    Whoever brings one that we signed is counted as that person and not by address: an office
    behind one address must not lose its sessions, since all of them are renewed from there.
    """

    throttle_classes = PERSONAL

    def throttled_account(self, request: Request) -> str | None:
        """The id of the account in the token; None where there is no token of ours, or no id."""
        try:
            text = RefreshSerializer(data=request.data)
            text.is_valid(raise_exception=True)
        except APIException:
            return None
        token = SessionRefreshToken.read(text.validated_data["refresh"])
        account = token and token.get(api_settings.USER_ID_CLAIM)
        return str(account) if account else None


class RefreshView(RefreshTokenView):
    """Tokens for a token."""

    @extend_schema(
        operation_id="auth_refresh",
        request=RefreshSerializer,
        responses={200: TokenPairSerializer},
    )
    def post(self, request: Request) -> Response:
        """Go on with a session: a refresh token for the next pair.

        Each refresh token is good for one use; the second use ends the session.
        """
        pair = renew_session(**_valid(RefreshSerializer, request))
        return Response(pair) if pair else _refuse("The refresh token is not valid.")


class LogoutView(RefreshTokenView):
    """The end of a session."""

    @extend_schema(
        operation_id="auth_logout", request=RefreshSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Log out: end the session of this refresh token at once."""
        if not end_session(**_valid(RefreshSerializer, request)):
            _refuse("The refresh token is not valid.")
        return Response(status=HTTPStatus.NO_CONTENT)


@no_store
class LogoutEverywhereView(APIView):
    """The end of all sessions."""

    permission_classes = (IsMember,)
    throttle_classes = PERSONAL

    @extend_schema(
        operation_id="auth_logout_everywhere", request=None, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Log out everywhere, here included."""
        end_all_sessions(user=_member(request), by=_member(request))
        return Response(status=HTTPStatus.NO_CONTENT)


@no_store
class PasswordView(APIView):
    """One's own password."""

    permission_classes = (IsMember,)
    throttle_classes = PERSONAL

    @extend_schema(
        operation_id="auth_password",
        request=PasswordChangeSerializer,
        responses={204: None},
    )
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Change the password. Every session ends, this one included."""
        given = _valid(PasswordChangeSerializer, request)
        change_password(
            request=request._request,
            user=_member(request),
            current=given["current_password"],
            new=given["new_password"],
        )
        return Response(status=HTTPStatus.NO_CONTENT)


@no_store
class InviteView(APIView):
    """A way in for accounts that an admin made, which have no password."""

    permission_classes = (IsAdmin,)
    throttle_classes = PERSONAL

    @extend_schema(
        operation_id="auth_invite",
        request=InvitationSerializer,
        responses={200: InvitedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Invite somebody: a token by which they set their own password, once."""
        given = _valid(InvitationSerializer, request)
        return Response({"token": invite(user=given["user"], by=request.user)})


class SetPasswordView(UnauthenticatedView):
    """A password for whoever was invited."""

    @extend_schema(
        operation_id="auth_set_password",
        request=FirstPasswordSerializer,
        responses={204: None},
    )
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Set the password of an account that was invited. Every session of it ends."""
        given = _valid(FirstPasswordSerializer, request)
        if not accept_invitation(token=given["token"], new=given["new_password"]):
            _refuse("The token is not valid.")
        return Response(status=HTTPStatus.NO_CONTENT)


def _member(request: Request) -> User:
    return cast("User", request.user)  # IsMember lets in nobody else


def _refuse(detail: str) -> Never:
    raise AuthenticationFailed(detail)
