"""Where the probes are: at the root, without a trailing slash, as orchestrators expect them."""

from django.urls import path

from health import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    # BEGIN SOLUTION 01
    path("live", views.live, name="live"),
    path("ready", views.ready, name="ready"),
    # STUB
    # # TODO(01): /live and /ready (brief, task 4).
    # END
]
