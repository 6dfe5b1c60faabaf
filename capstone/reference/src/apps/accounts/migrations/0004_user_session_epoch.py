# FILE SOLUTION 04
"""A number that moves on when somebody is logged out everywhere."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_normalised_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="Moves on when the person is logged out everywhere.",
            ),
        ),
    ]
