# FILE SOLUTION 05
"""Visits as they come in, and as they are kept: a number for each post and day, nobody's name."""

from uuid import uuid4

from django.db import models


class Visit(models.Model):
    """Somebody read a post. Its id is made at once: it counts once, however often it comes."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    post = models.ForeignKey(
        "posts.Post", on_delete=models.CASCADE, related_name="visits"
    )
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["seen_at"], name="analytics_visit_seen_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.post} at {self.seen_at:%Y-%m-%d %H:%M}"


class DailyVisits(models.Model):
    """How often a post was read on a day, in UTC."""

    post = models.ForeignKey(
        "posts.Post", on_delete=models.CASCADE, related_name="daily_visits"
    )
    seen_on = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "daily visits"
        constraints = [
            models.UniqueConstraint(
                fields=["post", "seen_on"], name="analytics_dailyvisits_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} on {self.seen_on}: {self.number}"
