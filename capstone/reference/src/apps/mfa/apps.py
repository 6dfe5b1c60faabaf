# FILE SOLUTION 06
"""The MFA app as Django installs it."""

from django.apps import AppConfig


class MfaConfig(AppConfig):
    """What somebody has, beside the password that they know."""

    name = "mfa"
    verbose_name = "Second factors"
