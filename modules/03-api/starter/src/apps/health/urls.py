"""Where the probes are: at the root, without a trailing slash, as orchestrators expect them."""

from django.urls import path

from health import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("live", views.live, name="live"),
    path("ready", views.ready, name="ready"),
]
