# FILE SOLUTION 05
"""Where the numbers are: at the root, as Prometheus expects them."""

from django.urls import path

from observability import views

urlpatterns = [path("metrics", views.metrics, name="metrics")]
