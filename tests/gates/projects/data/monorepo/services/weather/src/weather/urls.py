from django.urls import path

from readings import views

urlpatterns = [
    path("healthz", views.health),
    path("readings/<slug:station>/", views.readings),
]
