from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.text import slugify


class Base(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Tag(models.Model):
    name = models.CharField(max_length=50, unique=True)

    def __str__(self):
        return self.name


class PostQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status="published")


class Post(Base):
    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=220, unique=True, blank=True)
    body = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="posts"
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="posts")

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=["draft", "published"]), name="posts_status"),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="posts_feed")]

    def __str__(self):
        return self.title

    def clean(self):
        if self.status == "published" and not self.body.strip():
            raise ValidationError({"body": ValidationError("A published post needs a body.", code="required")})

    def save(self, *args, **kwargs):
        base = slugify(self.title) or "post"
        number = 1
        while not self.slug or self._state.adding:
            self.slug = self.slug or (base if number == 1 else f"{base}-{number}")
            try:
                with transaction.atomic():
                    return super().save(*args, **kwargs)
            except IntegrityError:
                if number > 20:
                    raise
                number, self.slug = number + 1, ""
        return super().save(*args, **kwargs)

    def is_long(self):
        return len(self.body) > 10

    def explode(self):
        raise RuntimeError("inside the model")
