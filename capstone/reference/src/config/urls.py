"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("health.urls")),
    # BEGIN SOLUTION 05
    path("", include("observability.urls")),
    # STUB
    # # TODO(05): /metrics (brief, task 2).
    # END
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),  # GIVEN 03
]

# BEGIN SOLUTION 03
handler400 = "api.problems.bad_request"
handler403 = "api.problems.permission_denied"
handler404 = "api.problems.not_found"
handler500 = "api.problems.server_error"
# STUB
# # TODO(03): errors below /api/ that no view makes have its shape, too (brief, task 3).
# END
