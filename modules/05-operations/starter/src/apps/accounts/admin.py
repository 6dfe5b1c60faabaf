"""People in the admin."""

from typing import cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import User
from authentication.powers import note_activity, note_new_role


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Django's own, for our user."""

    list_display = ("username", "email", "role", "is_active", "date_joined")
    list_filter = ("role", "is_active", "is_staff")
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("Role", {"fields": ("role",)}))

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm, change: bool
    ) -> None:
        """Save, with all that has to follow when powers change. The admin is one transaction."""
        super().save_model(request, obj, form, change)
        by = cast(User, request.user)
        if change and "role" in form.changed_data:
            note_new_role(user=obj, by=by, before=form.initial["role"])
        if change and "is_active" in form.changed_data:
            note_activity(user=obj, by=by)
