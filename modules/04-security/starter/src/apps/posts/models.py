"""A post, and the categories and tags that it is found by."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.access import AnyUser, is_editorial, is_member
from accounts.roles import Role
from core import clock
from core.models import Slugged, TimeStamped
from core.validation import is_blank, refuse_taken
from posts.choices import PostStatus
from posts.querysets import CategoryQuerySet, PostQuerySet


class Category(Slugged, TimeStamped):
    """The one shelf that a post stands on."""

    slug_from = "name"

    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)

    post_count: int  # of with_post_counts()

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(Lower("name"), name="posts_category_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a name that is taken, in whatever capitals."""
        super().clean()
        refuse_taken(self, "name")


class Tag(Slugged, TimeStamped):
    """A word that a post is found by."""

    slug_from = "name"

    name = models.CharField(max_length=50)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="posts_tag_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a name that is taken, in whatever capitals."""
        super().clean()
        refuse_taken(self, "name")


class Post(Slugged, TimeStamped):
    """Something that a contributor wrote, from the draft to the archive."""

    slug_from = "title"

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    status = models.CharField(
        max_length=20,
        choices=PostStatus,
        default=PostStatus.DRAFT,
    )
    published_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it is out; a time to come keeps it back until then.",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="posts",
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="posts")

    approved_comment_count: int  # of feed()

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=PostStatus.values),
                name="posts_post_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status=PostStatus.PUBLISHED)
                | Q(published_at__isnull=False),
                name="posts_post_published_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=PostStatus.DRAFT) | Q(published_at__isnull=True),
                name="posts_post_draft_has_no_time",
            ),
            models.CheckConstraint(
                condition=~Q(title=""), name="posts_post_title_not_empty"
            ),
        ]
        indexes = [
            # The feed reads it backwards.
            models.Index(
                fields=["status", "published_at", "id"], name="posts_post_feed_idx"
            ),
            # The list of the API is in this order, whole or by one of these.
            models.Index(fields=["-created_at", "-id"], name="posts_post_list_idx"),
            models.Index(
                fields=["status", "-created_at", "-id"], name="posts_post_by_status_idx"
            ),
            models.Index(
                fields=["author", "-created_at", "-id"], name="posts_post_by_author_idx"
            ),
            models.Index(
                fields=["category", "-created_at", "-id"],
                name="posts_post_by_category_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """The rules of a post, each reported beside the field that can mend it."""
        super().clean()
        problems: dict[str, str] = {}
        # An empty title is refused by the field itself.
        if self.title and is_blank(self.title):
            problems["title"] = "A title needs something to read."
        if self.status == PostStatus.PUBLISHED and is_blank(self.body):
            problems["body"] = "A published post needs a body."
        if self.status == PostStatus.PUBLISHED and self.published_at is None:
            problems["published_at"] = (
                "A published post needs the time of its publication."
            )
        if self.status == PostStatus.DRAFT and self.published_at is not None:
            problems["published_at"] = "A draft has no time of publication."
        if self.author_id is not None and self.author.role == Role.READER:
            problems["author"] = (
                "Readers do not write posts; make them a contributor first."
            )
        if self.status == PostStatus.DRAFT and self._was_public():
            problems["status"] = (
                "A post that was public does not become a draft; archive it."
            )
        if problems:
            raise ValidationError(problems)

    @property
    def is_out(self) -> bool:
        """Whether everybody can read it now; the queryset verb is `published()`."""
        return (
            self.status == PostStatus.PUBLISHED
            and self.published_at is not None
            and self.published_at <= clock.now()
        )

    def _was_public(self) -> bool:
        """Whether the stored post has left the drafts, whatever this object says by now."""
        stored = Post.objects.filter(pk=self.pk)
        return self.pk is not None and stored.exclude(status=PostStatus.DRAFT).exists()

    def can_be_edited_by(self, user: AnyUser) -> bool:
        """Editors and admins, and the author as long as they are more than a reader."""
        return is_editorial(user) or (
            is_member(user) and user.pk == self.author_id and user.role != Role.READER
        )
