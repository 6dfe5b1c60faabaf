from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("station", models.SlugField()),
                ("celsius", models.FloatField()),
                ("taken_at", models.DateTimeField()),
            ],
        ),
    ]
