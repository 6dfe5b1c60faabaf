# FILE SOLUTION 04
"""The admin, whose own log-in and change of password are protected as those of the API are."""

from math import ceil
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.forms import UsernameField
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.models import User
from api.throttles import LoginThrottle
from audit.actions import Action
from audit.services import record

# BEGIN SOLUTION 06
from authentication.admin_form import SecondStepAuthenticationForm

# END
from authentication.credentials import is_own_password
from authentication.lockout import (
    is_refused,
    locked_out,
    one_at_a_time,
    too_many_attempts,
)


class ProtectedAdminSite(AdminSite):
    """Django's, with throttling, lock-out and audit where passwords are typed."""

    # BEGIN SOLUTION 06
    login_form = SecondStepAuthenticationForm
    login_template = "admin/log_in_with_code.html"
    # STUB
    # # TODO(06): whoever has a second factor has to show it here as well (brief, task 2).
    # END

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The log-in page. It shares its count of attempts with the API."""
        if request.method != "POST":
            return super().login(request, extra_context)
        throttle = LoginThrottle()
        if not throttle.allow_request(request, self):  # type: ignore[arg-type]  # no APIView
            seconds = ceil(throttle.wait() or 1)
            return too_many_attempts(request, code="throttled", seconds=seconds)
        # As the form reads it, white space around it taken away: that is what is looked up.
        name = UsernameField().to_python(request.POST.get("username"))
        with one_at_a_time(request, name):
            return super().login(request, extra_context)

    @transaction.atomic
    def password_change(  # type: ignore[override]  # the stubs forget its redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One's own password. A wrong old one is a failed log-in, and the form says so."""
        user = cast(User, request.user)
        before = user.password
        if request.method == "POST":
            given = request.POST.get("old_password", "")
            is_own_password(request=request, user=user, password=given)
            if is_refused(request):
                return locked_out(request)
        response = super().password_change(request, extra_context)
        if user.password != before:
            record(action=Action.PASSWORD_CHANGED, actor=user, target=user)
        return response
