"""Makes a SQLite file by Django's own operations, with all of its kinds of rules. ``python schema.py FILE``"""

import datetime
import sys

if __name__ == "__main__":  # Django is not among the grader's own packages
    import django
    from django.conf import settings

    file = {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}
    settings.configure(DATABASES={"default": file}, INSTALLED_APPS=[], USE_TZ=True)
    django.setup()

    from django.db import connection, models
    from django.db.models import F, Q
    from django.db.models.functions import MD5, ExtractYear, Length, Lower, Reverse, TruncDate

    class Entry(models.Model):
        code = models.CharField(max_length=20)
        data = models.JSONField(null=True)
        begins = models.DateTimeField(null=True)
        ends = models.DateTimeField(null=True)
        year = models.GeneratedField(
            expression=ExtractYear("begins"), output_field=models.IntegerField(), db_persist=True
        )
        day = models.GeneratedField(expression=TruncDate("begins"), output_field=models.DateField(), db_persist=False)

        class Meta:
            app_label = "rules"
            db_table = "entry"
            indexes = (models.Index(Reverse("code"), name="backwards"),)
            constraints = (
                models.CheckConstraint(condition=Q(code__regex=r"^[A-Za-z]+$"), name="letters"),
                models.CheckConstraint(
                    condition=Q(ends__gte=F("begins") + datetime.timedelta(hours=1)), name="an_hour_at_least"
                ),
                models.CheckConstraint(condition=Q(begins__year__gte=2000), name="of_this_century"),
                models.CheckConstraint(condition=Q(code__length__lt=10), name="short"),
                models.UniqueConstraint(MD5(Lower("code")), name="another_code"),
            )

    models.CharField.register_lookup(Length)
    with connection.schema_editor() as editor:
        editor.create_model(Entry)
    Entry.objects.create(code="First", data={"a": 1}, begins=None)
