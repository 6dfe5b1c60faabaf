# FILE SOLUTION 03
"""What answers where no collection does."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView


class NotFoundView(APIView):
    """404 for every address below /api/ that leads nowhere, whatever the method; throttled, too.

    Whether a token or a cookie came along does not matter here, nor what the client accepts.
    """

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = True) -> Any:
        """JSON, even to those who do not ask for it."""
        return super().perform_content_negotiation(request, force=True)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count the request, then refuse it."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address.")
