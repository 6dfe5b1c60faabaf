"""People in the admin."""

# BEGIN SOLUTION 04
from typing import cast

# END
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

# BEGIN SOLUTION 04
from django.forms import ModelForm
from django.http import HttpRequest

# END
from accounts.models import User

# BEGIN SOLUTION 04
from authentication.powers import note_activity, note_new_role

# END


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Django's own, for our user."""

    # BEGIN SOLUTION 02
    list_display = ("username", "email", "role", "is_active", "date_joined")
    list_filter = ("role", "is_active", "is_staff")
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("Role", {"fields": ("role",)}))

    # BEGIN SOLUTION 04
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

    # END
    # STUB
    # # TODO(02): show the role once there is one (brief, task 1).
    # END
