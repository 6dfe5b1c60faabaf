# FILE SOLUTION 04
"""How the API knows who asks: by an access token whose session still runs."""

from typing import TYPE_CHECKING

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import AccessToken, Token

from accounts.models import User
from authentication.models import Session
from authentication.tokens import INVALID, SESSION_CLAIM

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class SessionTokenAuthentication(JWTAuthentication):
    """`Authorization: Bearer …`. The person comes from the database, as they are now."""

    def get_raw_token(self, header: bytes) -> bytes | None:
        """What follows the word Bearer, be it nonsense; None if it is another word."""
        scheme, _, token = header.partition(b" ")
        return token.strip() if scheme.lower() == b"bearer" else None

    def get_validated_token(self, raw_token: bytes) -> Token:
        """The token, if we signed it and its time is not over; why not is nobody's business."""
        try:
            return AccessToken(raw_token)  # type: ignore[arg-type]  # annotated too narrowly
        except INVALID as wrong:
            raise AuthenticationFailed("The access token is not valid.") from wrong

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]
        """Whose session it is, role and all; nobody's once it has ended."""
        session = Session.objects.of_token(validated_token.get(SESSION_CLAIM))
        if session is None:
            raise AuthenticationFailed("The session has ended.")
        return session.user


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI document says about it."""

    target_class = "authentication.backends.SessionTokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, str]:
        """As it is sent: `Authorization: Bearer …`."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
