# FILE SOLUTION 05
"""The metrics endpoint: at the root, as Prometheus expects it."""

from django.urls import path

from observability import views

urlpatterns = [path("metrics", views.metrics, name="metrics")]
