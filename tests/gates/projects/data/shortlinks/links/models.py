from django.db import models
from django.db.models import F


class LinkQuerySet(models.QuerySet):
    def count_click(self, code):
        return self.filter(code=code).update(clicks=F("clicks") + 1)


class Link(models.Model):
    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=20, unique=True)
    target = models.URLField()
    clicks = models.PositiveIntegerField(default=0)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.code
