from django.contrib.auth import views as auth
from django.urls import path

from entries import views

urlpatterns = [
    path("", views.index, name="index"),
    path("sign/", views.sign, name="sign"),
    path("entries/<int:pk>/hide/", views.hide, name="hide"),
    path(
        "login/",
        auth.LoginView.as_view(template_name="entries/login.html"),
        name="login",
    ),
]
