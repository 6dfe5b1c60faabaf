"""Categories and tags."""

from functools import partial

from accounts.access import AnyUser
from api.pages import ByOffset
from api.parameters import Parameters
from api.reading import Complaints, Field, text
from api.resources.base import Data, Resource, assign, remove, stamps
from api.rules import RULES
from django.db.models import QuerySet
from django.http import HttpRequest
from posts.models import Category, Tag


def show_tag(tag: Tag) -> Data:
    """As it looks, by itself and among others."""
    return {"id": tag.pk, "name": tag.name, "slug": tag.slug, **stamps(tag)}


def show_category(category: Category) -> Data:
    """As it looks by itself."""
    return {
        "id": category.pk,
        "name": category.name,
        "slug": category.slug,
        "description": category.description,
        **stamps(category),
    }


def show_category_in_list(category: Category) -> Data:
    """As it looks among others."""
    return {**show_category(category), "post_count": category.post_count}


CATEGORIES = Resource("categories", Category, lambda user: Category.objects.all(), show_category)
TAGS = Resource("tags", Tag, lambda user: Tag.objects.all(), show_tag)

NAME = Field("name", text, is_required=True)
FIELDS = {CATEGORIES: (NAME, Field("description", text)), TAGS: (NAME,)}


def _all_categories(user: AnyUser, parameters: Parameters) -> QuerySet[Category]:
    return Category.objects.with_post_counts().order_by("name", "pk")


def _all_tags(user: AnyUser, parameters: Parameters) -> QuerySet[Tag]:
    return Tag.objects.order_by("name", "pk")


list_categories = CATEGORIES.lister(ByOffset, _all_categories, show_category_in_list)
list_tags = TAGS.lister(ByOffset, _all_tags, show_tag)


def _create(resource: Resource, request: HttpRequest) -> Category | Tag:
    return _update(resource, request, resource.model(), is_partial=False)


def _update[T: (Category, Tag)](resource: Resource, request: HttpRequest, row: T, *, is_partial: bool) -> T:
    complaints = Complaints()
    assign(row, complaints.take(request, FIELDS[resource], is_partial=is_partial))
    complaints.check(row, exclude=["slug"])
    row.save()
    return row


_CHANGE = RULES["taxonomy.change"]


def _create_in(resource: Resource):
    return resource.creator(partial(_create, resource))


def _replace_in(resource: Resource):
    return resource.changer(_CHANGE, partial(_update, resource, is_partial=False))


def _update_in(resource: Resource):
    return resource.changer(_CHANGE, partial(_update, resource, is_partial=True))


create_category, create_tag = _create_in(CATEGORIES), _create_in(TAGS)
replace_category, replace_tag = _replace_in(CATEGORIES), _replace_in(TAGS)
update_category, update_tag = _update_in(CATEGORIES), _update_in(TAGS)
delete_category = CATEGORIES.changer(_CHANGE, remove)
delete_tag = TAGS.changer(_CHANGE, remove)
