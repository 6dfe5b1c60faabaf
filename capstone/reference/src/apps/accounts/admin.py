"""People in the admin."""

# BEGIN SOLUTION 04
from typing import Any, cast

# END
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

# BEGIN SOLUTION 04
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

# END
from accounts.models import User

# BEGIN SOLUTION 04
from accounts.privilege_changes import (
    audit_activation,
    audit_privilege_changes,
    audit_role_change,
    privileges,
)
from audit.actions import Action
from audit.services import record

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
        """Save, with the audit entries and revoked sessions that a new role or status demands."""
        super().save_model(request, obj, form, change)
        by = cast(User, request.user)
        if not change:
            record(action=Action.CREATED, actor=by, target=obj)
        if change and "role" in form.changed_data:
            audit_role_change(user=obj, by=by, before=form.initial["role"])
        if change and "is_active" in form.changed_data:
            audit_activation(user=obj, by=by)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """Save groups and permissions, and write down what somebody may do now."""
        super().save_related(request, form, formsets, change)
        if change:
            by = cast(User, request.user)
            before = privileges(form.initial)
            audit_privilege_changes(user=form.instance, by=by, before=before)

    @transaction.atomic
    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Set somebody's password, or take it away; that ends their sessions."""
        before = User.objects.filter(pk=id).values_list("password", flat=True).first()
        response = super().user_change_password(request, id, form_url)
        user = User.objects.filter(pk=id).exclude(password=before or "").first()
        if before is not None and user is not None:
            by = cast(User, request.user)
            record(action=Action.PASSWORD_CHANGED, actor=by, target=user)
        return response

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete an account, and write it down."""
        by = cast(User, request.user)
        record(action=Action.DELETED, actor=by, target=obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Likewise several."""
        for user in queryset:
            self.delete_model(request, user)

    # END
    # STUB
    # # TODO(02): show the role once there is one (brief, task 1).
    # END
