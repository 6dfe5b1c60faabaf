"""The post."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from .stamped import Stamped
from .taxonomy import Category, Tag

STATES = ["draft", "published", "archived"]


class PostQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status="published").exclude(published_at__gt=timezone.now())

    def drafts(self):
        return self.filter(status="draft")

    def by_author(self, user):
        return self.filter(author_id=user.pk)

    def visible_to(self, user):
        if user.is_anonymous or not user.is_active:
            return self.published()
        if user.works_here():
            return self
        mine = type(user)._default_manager.filter(pk=user.pk, posts=OuterRef("pk"))
        return self.annotate(mine=Exists(mine)).filter(
            Q(mine=True) | Q(status="published", published_at__lte=timezone.now())
        )

    def search(self, text):
        return self.filter(Q(title__icontains=text) | Q(body__icontains=text))

    def feed(self):
        from comments.models import Comment

        counted = (
            Comment.objects.filter(post=OuterRef("pk"), status="approved")
            .order_by()
            .values("post")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return (
            self.published()
            .order_by("-published_at", "-id")
            .annotate(approved_comment_count=Coalesce(Subquery(counted), 0))
            .select_related("author")
            .prefetch_related("category", Prefetch("tags", queryset=Tag.objects.order_by("name")))
        )


class PostManager(models.Manager.from_queryset(PostQuerySet)):
    def get_queryset(self):
        return super().get_queryset()


class Post(Stamped):
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=220, unique=True, blank=True)
    body = models.TextField(blank=True)
    status = models.CharField(max_length=9, choices=[(state, state.title()) for state in STATES], default="draft")
    published_at = models.DateTimeField(blank=True, null=True)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="posts")
    tags = models.ManyToManyField(Tag, blank=True, related_name="posts")

    objects = PostManager()

    class Meta:
        indexes = [models.Index(fields=["status", "-published_at"], name="posts_newest")]
        constraints = [
            models.CheckConstraint(name="posts_state", condition=Q(status__in=STATES)),
            models.CheckConstraint(
                name="posts_state_and_date",
                condition=Q(status="archived")
                | Q(status="draft", published_at=None)
                | Q(status="published", published_at__isnull=False),
            ),
            models.CheckConstraint(name="posts_titled", condition=Q(title__gt="")),
        ]

    def __str__(self):
        return self.title

    def clean_fields(self, exclude=None):
        """Every rule that is about one field, beside Django's own."""
        errors = {}
        try:
            super().clean_fields(exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for field, sentence in self._complaints():
            errors.setdefault(field, []).append(ValidationError(sentence))
        if errors:
            raise ValidationError(errors)

    def _complaints(self):
        if not self.title.strip():
            yield "title", "Give it a title."
        if self.status == "published":
            if not self.body.strip():
                yield "body", "There is nothing to read."
            if not self.published_at:
                yield "published_at", "Since when?"
        elif self.status == "draft":
            if self.published_at:
                yield "published_at", "A draft is not out yet."
            stored = type(self).objects.filter(pk=self.pk).first()
            if stored and stored.status != "draft":
                yield "status", "What was out stays out, or goes to the archive."
        if self.author_id and self.author.role == "reader":
            yield "author", "Readers read."

    def is_out(self):
        return self.status == "published" and self.published_at <= timezone.now()

    def can_be_edited_by(self, user):
        if user.is_anonymous or not user.is_active:
            return False
        if user.works_here():
            return True
        return user.pk == self.author_id and user.role == "contributor"
