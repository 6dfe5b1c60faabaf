"""A page of twenty rows, and what is written for it."""

import os
from typing import Any

from django.db import transaction
from rest_framework import generics, pagination, serializers

from board.models import Author, Post, Tag

_ROWS = 20


class _AuthorOut(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ("id", "username", "email")


class _TagOut(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ("name", "slug")


class _PostOut(serializers.ModelSerializer):
    author, tags = _AuthorOut(), _TagOut(many=True)

    class Meta:
        model = Post
        fields = ("id", "title", "slug", "body", "status", "author", "tags", "created_at", "updated_at")


class _Pages(pagination.PageNumberPagination):
    page_size = _ROWS


class Posts(generics.ListAPIView):
    """What a request is answered with."""

    serializer_class, pagination_class = _PostOut, _Pages
    authentication_classes = permission_classes = ()
    queryset = Post.objects.filter(status="published").select_related("author").prefetch_related("tags")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A page, after a row was written and removed."""
        _write()
        return super().get(request, *args, **kwargs)


def _write() -> None:
    author = Author.objects.get(username="author-1")
    with transaction.atomic():
        slug = f"lantern-{os.urandom(8).hex()}"
        post = Post(title="Lantern", slug=slug, body="Copper. " * 40, status="draft", author=author)
        post.full_clean()
        post.save()
    Post.objects.select_related("author").get(pk=post.pk).delete()
