# FILE SOLUTION 05
"""The outbox of cache invalidations."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0006_list_indexes")]

    operations = [
        migrations.CreateModel(
            name="PendingInvalidation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
