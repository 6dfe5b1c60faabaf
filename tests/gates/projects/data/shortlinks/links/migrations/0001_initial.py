from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("target", models.URLField()),
                ("clicks", models.PositiveIntegerField(default=0)),
            ],
            options={"ordering": ["code"]},
        ),
    ]
