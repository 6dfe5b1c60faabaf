"""Posts, categories and tags over HTTP."""

from typing import Any, ClassVar

from api import documentation as doc
from api.pagination import NumberedPages, OffsetPages
from api.permissions import EditorsChange, WritersChange
from api.views import ChangeMixin, ListMixin, ResourceView, RetrieveMixin
from django.db import models
from django.urls import reverse
from posts import services
from posts.filters import PostFilters
from posts.models import Category, Post, Tag
from posts.serializers import (
    CategoryBodySerializer,
    CategoryInListSerializer,
    CategorySerializer,
    PostBodySerializer,
    PostInListSerializer,
    PostSerializer,
    TagBodySerializer,
    TagSerializer,
)
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

# ---- posts


class PostResource(ResourceView):
    """What all views of posts share."""

    permission_classes = (IsAuthenticatedOrReadOnly, WritersChange)
    model = Post
    detail_serializer = PostSerializer
    list_serializer = PostInListSerializer
    body_serializer = PostBodySerializer
    list_name = "post-list"

    def shown(self) -> models.QuerySet[Any]:
        """With the names that a post shows."""
        return Post.objects.with_names()

    def visible(self) -> models.QuerySet[Any]:
        """The queryset's verb."""
        return Post.objects.visible_to(self.asker).with_names()

    def may_read(self, row: Post) -> bool:
        """The same of one post."""
        return row.can_be_read_by(self.asker)

    def may_change(self, row: Post) -> bool:
        """Its author, editors and admins."""
        return row.can_be_edited_by(self.asker)


class PostListView(ListMixin, PostResource):
    """All posts."""

    pagination_class = NumberedPages
    filterset_class = PostFilters

    def get_queryset(self) -> models.QuerySet[Any]:
        """The latest first."""
        rows = Post.objects.visible_to(self.asker).listed()
        return rows.order_by("-created_at", "-pk")

    @doc.post_list
    def get(self, request: Request) -> Response:
        """A page of posts."""
        return self.list(request)

    @doc.post_create
    def post(self, request: Request) -> Response:
        """A new draft."""
        author: Any = self.asker
        values = self.body().values_for(
            lambda values, wrong: services.check_new(services.with_values(Post(author=author), values), wrong)
        )
        post = services.create_post(by=author, values=values)
        where = reverse("v1:post-detail", args=[post.pk])
        return Response(self.show(post.pk), status=201, headers={"Location": where})


class PostDetailView(RetrieveMixin, ChangeMixin, PostResource):
    """One post."""

    @doc.post_get
    def get(self, request: Request, id: int) -> Response:
        """The post."""
        return self.retrieve(request)

    @doc.post_put
    def put(self, request: Request, id: int) -> Response:
        """Replace it."""
        return self.change(partial=False)

    @doc.post_patch
    def patch(self, request: Request, id: int) -> Response:
        """Change some of it."""
        return self.change(partial=True)

    def change(self, *, partial: bool) -> Response:
        """Store what was sent."""
        with self.changing() as post:
            values = self.body(partial=partial).values_for(
                lambda values, wrong: services.check_stored(services.with_values(post, values), wrong)
            )
            services.update_post(post=post, by=self.asker, values=values)
            return Response(self.show(post.pk))

    @doc.post_delete
    def delete(self, request: Request, id: int) -> Response:
        """Delete it, with its comments."""
        with self.changing() as post:
            services.delete_post(post=post, by=self.asker)
        return Response(status=204)


class PublishView(ChangeMixin, PostResource):
    """Putting a post out."""

    @doc.post_publish
    def post(self, request: Request, id: int) -> Response:
        """Publish it."""
        with self.changing() as post:
            services.publish_post(post=post, by=self.asker)
            return Response(self.show(post.pk))


class UnpublishView(ChangeMixin, PostResource):
    """Taking a post down."""

    @doc.post_unpublish
    def post(self, request: Request, id: int) -> Response:
        """Archive it."""
        with self.changing() as post:
            services.archive_post(post=post, by=self.asker)
            return Response(self.show(post.pk))


# ---- categories and tags


class LabelResource(ResourceView):
    """What all views of categories and tags share."""

    permission_classes = (IsAuthenticatedOrReadOnly, EditorsChange)
    pagination_class = OffsetPages
    detail_name: ClassVar[str]

    def shown(self) -> models.QuerySet[Any]:
        """They have nothing to hide."""
        return self.model._default_manager.all()

    def visible(self) -> models.QuerySet[Any]:
        """Everybody reads them."""
        return self.shown()

    def store(self, label: Any, *, partial: bool) -> Any:
        """Store what was sent."""

        def check(values: dict[str, Any], wrong: set[str]) -> None:
            for name, value in values.items():
                setattr(label, name, value)
            services.check_label(label, wrong)

        values = self.body(partial=partial).values_for(check)
        return services.save_label(label=label, values=values)

    def create(self) -> Response:
        """A new one."""
        label = self.store(self.model(), partial=False)
        where = reverse(f"v1:{self.detail_name}", args=[label.pk])
        return Response(self.show(label.pk), status=201, headers={"Location": where})


class LabelChanges(RetrieveMixin, ChangeMixin):
    """Changing one of them."""

    def change(self: Any, *, partial: bool) -> Response:
        """Store what was sent."""
        with self.changing() as label:
            self.store(label, partial=partial)
            return Response(self.show(label.pk))

    def destroy(self: Any) -> Response:
        """Delete it; its posts stay."""
        with self.changing() as label:
            label.delete()
        return Response(status=204)


class CategoryResource(LabelResource):
    """Categories."""

    model = Category
    detail_serializer = CategorySerializer
    list_serializer: ClassVar[type[BaseSerializer[Any]]] = CategoryInListSerializer
    body_serializer = CategoryBodySerializer
    list_name = "category-list"
    detail_name = "category-detail"


class CategoryListView(ListMixin, CategoryResource):
    """All categories."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """By name."""
        return Category.objects.listed().order_by("name", "pk")

    @doc.category_list
    def get(self, request: Request) -> Response:
        """A page of categories."""
        return self.list(request)

    @doc.category_create
    def post(self, request: Request) -> Response:
        """A new category."""
        return self.create()


class CategoryDetailView(LabelChanges, CategoryResource):
    """One category."""

    @doc.category_get
    def get(self, request: Request, id: int) -> Response:
        """The category."""
        return self.retrieve(request)

    @doc.category_put
    def put(self, request: Request, id: int) -> Response:
        """Replace it."""
        return self.change(partial=False)

    @doc.category_patch
    def patch(self, request: Request, id: int) -> Response:
        """Change some of it."""
        return self.change(partial=True)

    @doc.category_delete
    def delete(self, request: Request, id: int) -> Response:
        """Delete it."""
        return self.destroy()


class TagResource(LabelResource):
    """Tags."""

    model = Tag
    detail_serializer = TagSerializer
    list_serializer: ClassVar[type[BaseSerializer[Any]]] = TagSerializer
    body_serializer = TagBodySerializer
    list_name = "tag-list"
    detail_name = "tag-detail"


class TagListView(ListMixin, TagResource):
    """All tags."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """By name."""
        return Tag.objects.order_by("name", "pk")

    @doc.tag_list
    def get(self, request: Request) -> Response:
        """A page of tags."""
        return self.list(request)

    @doc.tag_create
    def post(self, request: Request) -> Response:
        """A new tag."""
        return self.create()


class TagDetailView(LabelChanges, TagResource):
    """One tag."""

    @doc.tag_get
    def get(self, request: Request, id: int) -> Response:
        """The tag."""
        return self.retrieve(request)

    @doc.tag_put
    def put(self, request: Request, id: int) -> Response:
        """Replace it."""
        return self.change(partial=False)

    @doc.tag_patch
    def patch(self, request: Request, id: int) -> Response:
        """Change some of it."""
        return self.change(partial=True)

    @doc.tag_delete
    def delete(self, request: Request, id: int) -> Response:
        """Delete it."""
        return self.destroy()
