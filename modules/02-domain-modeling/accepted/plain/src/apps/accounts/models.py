from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models


class User(AbstractUser):
    ROLE_CHOICES = (
        ("reader", "reader"),
        ("contributor", "contributor"),
        ("editor", "editor"),
        ("admin", "admin"),
    )
    role = models.CharField(max_length=30, choices=ROLE_CHOICES, default="reader", db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accounts_user_role_valid",
                condition=models.Q(role__in=("reader", "contributor", "editor", "admin")),
            )
        ]

    @property
    def is_staff_role(self):
        return self.role == "editor" or self.role == "admin"

    def clean(self):
        super().clean()
        if self.email:
            mine = self.email.lower()
            others = User.objects.exclude(pk=self.pk).exclude(email="").values_list("email", flat=True)
            if any(other.lower() == mine for other in others):
                raise ValidationError({"email": "taken"})
