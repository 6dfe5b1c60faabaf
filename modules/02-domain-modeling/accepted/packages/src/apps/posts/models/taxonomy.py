"""Categories and tags."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, IntegerField, Sum, When
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone

from .stamped import Stamped


class CategoryManager(models.Manager):
    def with_post_counts(self):
        out = When(posts__status="published", posts__published_at__lte=timezone.now(), then=1)
        return self.get_queryset().annotate(
            post_count=Coalesce(Sum(Case(out, default=0, output_field=IntegerField())), 0)
        )


def refuse_double(row):
    same = type(row).objects.annotate(loud=Upper("name")).filter(loud=Upper(models.Value(row.name)))
    if row.name and same.exclude(pk=row.pk).exists():
        raise ValidationError({"name": "There is one of this name."})


class Category(Stamped):
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True, default="")
    slug = models.SlugField(max_length=220, blank=True, unique=True)

    objects = CategoryManager()

    class Meta:
        verbose_name_plural = "categories"
        ordering = [F("name").asc()]
        constraints = [models.UniqueConstraint(Upper("name"), name="posts_one_category")]

    def __str__(self):
        return self.name

    def clean(self):
        refuse_double(self)


class Tag(Stamped):
    name = models.CharField(max_length=50)
    slug = models.SlugField(max_length=220, blank=True, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(Upper("name"), name="posts_one_tag")]

    def __str__(self):
        return self.name

    def clean(self):
        refuse_double(self)
