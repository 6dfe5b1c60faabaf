"""The admin as Django installs it here."""

from django.contrib.admin.apps import AdminConfig


class ProtectedAdminConfig(AdminConfig):
    """Django's, on a site that protects its log-in."""

    default_site = "authentication.admin_site.ProtectedAdminSite"
