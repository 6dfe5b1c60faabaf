import unicodedata

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone
from django.utils.text import slugify


def next_slug(queryset, text):
    base = slugify(text) or "n-" + "-".join(f"{ord(c):x}" for c in unicodedata.normalize("NFC", text)[:20])
    base = base[:220]
    taken = set(queryset.filter(slug__startswith=base[:200]).values_list("slug", flat=True))
    if base not in taken:
        return base
    n = 2
    while f"{base[: 219 - len(str(n))]}-{n}" in taken:
        n += 1
    return f"{base[: 219 - len(str(n))]}-{n}"


def save_with_slug(obj, text, really_save):
    if obj.slug:
        return really_save()
    for _ in range(50):
        obj.slug = next_slug(type(obj).objects.exclude(pk=obj.pk), text)
        try:
            with transaction.atomic():
                return really_save()
        except IntegrityError:
            if not type(obj).objects.filter(slug=obj.slug).exclude(pk=obj.pk).exists():
                obj.slug = ""
                raise
    raise RuntimeError("no slug")


class NameMixin:
    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        for name in type(self).objects.exclude(pk=self.pk).values_list("name", flat=True):
            if name.lower() == self.name.lower():
                raise ValidationError({"name": ValidationError("There is one already", code="unique")})

    def save(self, *args, **kwargs):
        return save_with_slug(self, self.name, lambda: super(NameMixin, self).save(*args, **kwargs))


class CategoryQuerySet(models.QuerySet):
    def with_post_counts(self):
        return self.annotate(
            post_count=Count(
                Case(When(posts__status="published", posts__published_at__lte=timezone.now(), then="posts__pk"))
            )
        )


class Category(NameMixin, models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=220, unique=True, blank=True)
    description = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(CategoryQuerySet)()

    class Meta:
        verbose_name_plural = "categories"


class Tag(NameMixin, models.Model):
    name = models.CharField(max_length=50)
    slug = models.SlugField(max_length=220, unique=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)


class PostQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=Post.PUBLISHED, published_at__lte=timezone.now())

    def drafts(self):
        return self.filter(status=Post.DRAFT)

    def by_author(self, user):
        return self.filter(author=user)

    def visible_to(self, user):
        if user.is_authenticated and user.is_active:
            if user.is_staff_role:
                return self.all()
            return (self.published() | self.filter(author=user)).distinct()
        return self.published()

    def search(self, text):
        return self.filter(title__icontains=text) | self.filter(body__icontains=text)

    def feed(self):
        return (
            self.published()
            .select_related("author", "category")
            .prefetch_related("tags")
            .annotate(
                approved_comment_count=Count(
                    Case(When(comments__status="approved", then="comments__pk"), default=Value(None)), distinct=True
                )
            )
            .order_by("-published_at", "-id")
        )


class Post(models.Model):
    DRAFT, PUBLISHED, ARCHIVED = "draft", "published", "archived"

    title = models.CharField(max_length=200)
    slug = models.CharField(max_length=220, unique=True, blank=True)
    body = models.TextField(blank=True)
    status = models.CharField(
        max_length=20, default=DRAFT, choices=[(DRAFT, "Draft"), (PUBLISHED, "Published"), (ARCHIVED, "Archived")]
    )
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="posts")
    category = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="posts")
    tags = models.ManyToManyField(Tag, blank=True, related_name="posts")
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["status", "published_at"], name="posts_post_status_date"),
            models.Index(fields=["author", "status"], name="posts_post_author_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True)
                | Q(status="published", published_at__isnull=False)
                | Q(status="archived"),
                name="posts_post_status_consistent",
            ),
            models.CheckConstraint(condition=~Q(title__exact=""), name="posts_post_title_given"),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        return save_with_slug(self, self.title, lambda: super(Post, self).save(*args, **kwargs))

    def clean(self):
        super().clean()
        if self.title is not None and not self.title.strip():
            raise ValidationError({"title": "blank"})
        if self.status == self.PUBLISHED and not (self.body or "").strip():
            raise ValidationError({"body": "A published post needs a body"})
        if self.status == self.PUBLISHED and self.published_at is None:
            raise ValidationError({"published_at": "missing"})
        if self.status == self.DRAFT:
            before = Post.objects.filter(pk=self.pk).values_list("status", flat=True).first()
            if before in (self.PUBLISHED, self.ARCHIVED):
                raise ValidationError({"status": "no way back"})
            if self.published_at is not None:
                raise ValidationError({"published_at": "not for drafts"})
        author = getattr(self, "author", None) if self.author_id else None
        if author is not None and author.role == "reader":
            raise ValidationError({"author": "may not write"})

    def can_be_edited_by(self, user):
        if not user.is_authenticated or not user.is_active:
            return False
        return user.is_staff_role or (user.role != "reader" and user == self.author)
