# FILE SOLUTION 06
"""The addresses below /api/v1/auth/mfa/."""

from django.urls import path

from mfa import views

urlpatterns = [
    path("enrol/", views.EnrolView.as_view(), name="mfa-enrol"),
    path("confirm/", views.ConfirmView.as_view(), name="mfa-confirm"),
    path("login/", views.SecondStepView.as_view(), name="mfa-login"),
    path(
        "recovery-codes/",
        views.RecoveryCodesView.as_view(),
        name="mfa-recovery-codes",
    ),
    path("disable/", views.DisableView.as_view(), name="mfa-disable"),
]
