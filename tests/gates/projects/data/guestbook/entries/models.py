from django.core.exceptions import ValidationError
from django.db import models


class EntryQuerySet(models.QuerySet):
    def shown(self):
        return self.filter(hidden=False)


class Entry(models.Model):
    id = models.BigAutoField(primary_key=True)
    author = models.CharField(max_length=40)
    text = models.TextField(max_length=500)
    hidden = models.BooleanField(default=False)
    written_at = models.DateTimeField(auto_now_add=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-id"]

    def __str__(self):
        return f"{self.author}: {self.text[:20]}"

    def clean(self):
        if "http://" in self.text:
            raise ValidationError({"text": "Links are not allowed."})
