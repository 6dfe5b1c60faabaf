"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("health.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),
]

# TODO(03): errors below /api/ that no view makes have its shape, too (brief, task 3).
