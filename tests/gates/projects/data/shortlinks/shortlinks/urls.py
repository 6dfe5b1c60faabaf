from django.urls import path

from links.api import api

urlpatterns = [path("api/", api.urls)]
