"""Addresses."""

from django.contrib import admin
from django.urls import path, re_path
from health.probes import Healthz, Ready

urlpatterns = [
    re_path(r"^healthz$", Healthz.as_view()),
    re_path(r"^ready$", Ready.as_view()),
    path("admin/", admin.site.urls),
]
