"""Addresses are found just before a row is saved."""

from itertools import count

from django.db import connections
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.text import slugify

from .models import Category, Post, Tag

LENGTH = 220


@receiver(pre_save, sender=Post)
@receiver(pre_save, sender=Tag)
@receiver(pre_save, sender=Category)
def find_address(sender, instance, using, **kwargs):
    if instance.slug:
        return
    if connections[using].vendor == "postgresql":
        # One at a time: the lock is held until the transaction ends.
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [20260101])
    start = slugify(getattr(instance, "title", None) or getattr(instance, "name", ""))[:LENGTH] or "untitled"
    taken = sender.objects.using(using).exclude(pk=instance.pk)
    for number in count(1):
        tail = f"-{number}" if number > 1 else ""
        address = start[: LENGTH - len(tail)] + tail
        if not taken.filter(slug=address).exists():
            instance.slug = address
            return
