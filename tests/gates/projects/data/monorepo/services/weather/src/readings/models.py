from django.db import models


class ReadingQuerySet(models.QuerySet):
    def warm(self):
        return self.filter(celsius__gte=20)

    def latest_of(self, station):
        return self.filter(station=station).order_by("-taken_at").first()


class Reading(models.Model):
    id = models.BigAutoField(primary_key=True)
    station = models.SlugField()
    celsius = models.FloatField()
    taken_at = models.DateTimeField()

    objects = ReadingQuerySet.as_manager()

    def __str__(self):
        return f"{self.station}: {self.celsius}"

    def word(self):
        if self.celsius < 0:
            return "freezing"
        if self.celsius < 10:
            return "cold"
        if self.celsius < 20:
            return "mild"
        return "warm"
