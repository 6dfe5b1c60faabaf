"""Where the probes are: at the root, without a trailing slash, as orchestrators expect them."""

from django.urls import path

from health import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    # TODO(01): /live and /ready (brief, task 4).
]
