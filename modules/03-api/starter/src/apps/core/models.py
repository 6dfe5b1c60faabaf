"""Abstract models: when a row was made and changed, and an address made from its words."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from django.db import IntegrityError, models, router, transaction
from django.db.models.base import ModelBase

from core import slugs


class TimeStamped(models.Model):
    """A row that knows when it was made and when it last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Save, and move `updated_at` even if the caller names only other fields."""
        if update_fields:
            update_fields = {*update_fields, "updated_at"}
        super().save(
            force_insert=force_insert,
            force_update=force_update,
            using=using,
            update_fields=update_fields,
        )


class Slugged(models.Model):
    """A row with an address of its own, made from `slug_from` unless one is given.

    Once made, the address stays, whatever becomes of the title: links must not break.
    """

    slug_from: ClassVar[str]

    slug = models.SlugField(
        max_length=slugs.MAX_LENGTH,
        unique=True,
        blank=True,
        help_text="The last part of the address. Leave it empty to have one made.",
    )

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Save, with a free slug if there is none yet."""
        if not self.slug and update_fields:
            update_fields = {*update_fields, "slug"}
        save = partial(
            super().save,
            force_insert=force_insert,
            force_update=force_update,
            using=using,
            update_fields=update_fields,
        )
        if self.slug:
            save()
        else:
            self._save_with_free_slug(
                save, using or router.db_for_write(type(self), instance=self)
            )

    def _save_with_free_slug(self, save: Callable[[], None], using: str) -> None:
        """Try free slugs until one is still free when the row arrives.

        Somebody else may take a slug between our look and our save; only the database can tell.
        The savepoint keeps the caller's transaction usable after the database has said no.
        """
        for attempt in range(1, slugs.ATTEMPTS + 1):
            self.slug = self._free_slug(using)
            try:
                with transaction.atomic(using=using):
                    return save()
            except IntegrityError:
                lost_the_race = self._others(using).filter(slug=self.slug).exists()
                self.slug = ""
                if attempt == slugs.ATTEMPTS or not lost_the_race:
                    raise

    def _free_slug(self, using: str) -> str:
        """The next free slug."""
        stem = slugs.stem(
            getattr(self, self.slug_from), fallback=self._meta.model_name or "item"
        )
        return next(slugs.free(stem, partial(self._taken, using)))

    def _taken(self, using: str, candidates: list[str]) -> set[str]:
        taken = self._others(using).filter(slug__in=candidates)
        return set(taken.values_list("slug", flat=True))

    def _others(self, using: str) -> models.QuerySet[Any]:
        return type(self)._base_manager.using(using).exclude(pk=self.pk)
