"""The two tokens that a session hands out, and what they say."""

from typing import TypedDict, cast

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken

from authentication.models import Session

SESSION_CLAIM = "sid"
# What simplejwt raises of a text that is no valid token; the last three if its `exp` is no moment.
INVALID = (TokenError, OverflowError, TypeError, ValueError)


class TokenPair(TypedDict):
    """What a client gets: `access` for every request, `refresh` for the next pair."""

    access: str
    refresh: str


class SessionRefreshToken(RefreshToken):
    """A session's refresh token; `blacklist_once()` tells whether this is its first use."""

    @classmethod
    def read(cls, text: str) -> "SessionRefreshToken | None":
        """The token, if we signed it and its time is not over."""
        try:
            return cls(text)  # type: ignore[arg-type]  # the annotation forgets that it may be text
        except INVALID:
            return None

    def check_blacklist(self) -> None:
        """Not yet: who presents a spent token is to be told from who presents nonsense."""

    def blacklist_once(self) -> bool:
        """Put it on the blacklist; False if it was there already. Of two at once, one gets True."""
        _, first_time = cast(
            "tuple[object, bool]", self.blacklist()
        )  # annotated wrongly
        return first_time


def issue(session: Session) -> TokenPair:
    """A fresh pair. Name and role are for the client to show; what one may do, the database says.

    Unlike `RefreshToken.for_user()` this stores no token that is still good for something.
    """
    refresh = SessionRefreshToken()
    refresh[api_settings.USER_ID_CLAIM] = str(session.user.pk)
    refresh[SESSION_CLAIM] = str(session.pk)
    refresh["username"] = session.user.username
    refresh["role"] = session.user.role
    return {"access": str(refresh.access_token), "refresh": str(refresh)}
