from django.db import models


class Item(models.Model):
    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self):
        return self.name

    def take(self, wanted):
        if wanted > self.count:
            raise ValueError("not so many are there")
        self.count -= wanted
        self.save()
