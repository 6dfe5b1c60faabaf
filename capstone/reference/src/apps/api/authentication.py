# FILE GIVEN 03
"""Who asks: whoever is logged in to the site."""

from rest_framework import authentication
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session, with CSRF protection; nobody at all is answered with 401.

    REST framework's own names no scheme, and without a WWW-Authenticate header it has to answer 403
    to somebody whom it does not know, as if it knew them.
    """

    def authenticate_header(self, request: Request) -> str:
        """What the WWW-Authenticate header says."""
        return 'Session realm="api"'
