from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(name="user", options={}),
        migrations.AddField(
            "user",
            "role",
            models.CharField(
                choices=[
                    ("reader", "reader"),
                    ("contributor", "contributor"),
                    ("editor", "editor"),
                    ("admin", "admin"),
                ],
                db_index=True,
                default="reader",
                max_length=30,
            ),
        ),
        migrations.AddField(
            "user", "created_at", models.DateTimeField(auto_now_add=True, default=timezone.now), preserve_default=False
        ),
        migrations.AddField("user", "updated_at", models.DateTimeField(auto_now=True)),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                name="accounts_user_role_valid",
                condition=models.Q(role__in=("reader", "contributor", "editor", "admin")),
            ),
        ),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX accounts_user_email_ci ON accounts_user (lower(email)) WHERE email <> ''",
            "DROP INDEX accounts_user_email_ci",
        ),
    ]
