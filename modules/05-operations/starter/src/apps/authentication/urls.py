"""The addresses below /api/v1/auth/."""

from django.urls import path

from authentication import views

urlpatterns = [
    path("register/", views.RegisterView.as_view(), name="register"),
    path("login/", views.LoginView.as_view(), name="login"),
    path("refresh/", views.RefreshView.as_view(), name="refresh"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path(
        "logout-everywhere/",
        views.LogoutEverywhereView.as_view(),
        name="logout-everywhere",
    ),
    path("password/", views.PasswordView.as_view(), name="password"),
    path("invite/", views.InviteView.as_view(), name="invite"),
    path("set-password/", views.SetPasswordView.as_view(), name="set-password"),
]
