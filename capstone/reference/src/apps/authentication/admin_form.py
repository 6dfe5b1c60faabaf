# FILE SOLUTION 06
"""The admin's log-in form, with a code for whoever has a second factor."""

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from accounts.models import User
from authentication.second_step import second_step

WRONG = "Enter the code that your authenticator app shows, or a recovery code."


class SecondStepAuthenticationForm(AdminAuthenticationForm):
    """One form for everybody: who has a second factor is nobody's business before the password."""

    code = forms.CharField(
        required=False,
        max_length=64,
        label="Code",
        help_text="Only if you have a second factor.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def confirm_login_allowed(self, user: User) -> None:
        """Whether somebody whose password fits may come in; asks for the code last of all."""
        super().confirm_login_allowed(user)
        step = second_step()
        has_second_factor = step.challenge(user) is not None
        if has_second_factor and not step.accepts(user, self.data.get("code", "")):
            raise ValidationError(WRONG, code="second_factor")
