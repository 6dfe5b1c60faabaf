"""Posts."""

from functools import partial
from typing import Any

from accounts.access import AnyUser
from accounts.fields import UsernameField
from accounts.models import User
from api.pages import ByNumber
from api.parameters import Parameters
from api.reading import Complaints, Field, Invalid, text
from api.resources.base import Data, Resource, assign, remove, stamp, stamps
from api.rules import RULES
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from posts.choices import PostStatus
from posts.models import Category, Post, Tag
from posts.querysets import opaque
from posts.services import put_out, take_down

ORDERINGS = tuple(sign + name for name in ("published_at", "created_at", "title") for sign in ("", "-"))
CHUNK = 500


def show_in_list(post: Post) -> Data:
    """As it looks among others."""
    return {**_head(post), "comment_count": post.comment_count, **stamps(post)}


def show(post: Post) -> Data:
    """As it looks by itself."""
    return {**_head(post), "body": post.body, **stamps(post)}


def _head(post: Post) -> Data:
    return {
        "id": post.pk,
        "title": post.title,
        "slug": post.slug,
        "status": post.status,
        "published_at": stamp(post.published_at),
        "author": post.author.username,
        "category": post.category.slug if post.category else None,
        "tags": sorted(tag.slug for tag in post.tags.all()),
    }


def _rows(user: AnyUser) -> QuerySet[Post]:
    return Post.objects.visible_to(user).with_relations()


POSTS = Resource("posts", Post, _rows, show)


def _filtered(user: AnyUser, parameters: Parameters) -> QuerySet[Post]:
    """The rows of a list. The index of the order is read, whatever the filters are."""
    rows = _rows(user).with_comment_counts().defer("body")
    if status := parameters.choice("status", PostStatus.values):
        rows = rows.filter(status=status)
    after = parameters.instant("published_after")
    before = parameters.instant("published_before")
    if after:
        rows = rows.filter(opaque(Q(published_at__gte=after)))
    if before:
        rows = rows.filter(opaque(Q(published_at__lt=before)))
    ordering = parameters.choice("ordering", ORDERINGS) or "-created_at"
    author = parameters.text("author")
    category = parameters.text("category")
    tag = parameters.text("tag")
    search = parameters.text("search")
    parameters.stop()
    # What does not exist has no posts. One question for each, so that the database knows which
    # row is meant when it makes its plan.
    if author:
        username = UsernameField.normalise(author)
        rows = rows.filter(author=_key(User.objects.filter(username=username)))
    if category:
        rows = rows.filter(category=_key(Category.objects.filter(slug=category)))
    if tag:
        found = Tag.objects.filter(slug=tag).first()
        rows = rows.tagged(found) if found else rows.none()
    if search:
        rows = rows.search(search)
    return rows.order_by(ordering, "-pk")


def _key(rows: QuerySet[Any]) -> int:
    return rows.values_list("pk", flat=True).first() or 0


list_posts = POSTS.lister(ByNumber, _filtered, show_in_list)


def _category(value: Any) -> Category | None:
    if value is None:
        return None
    slug = text(value)
    found = Category.objects.filter(slug=slug).first() if slug else None
    if found is None:
        raise Invalid("There is no such category.", "does_not_exist")
    return found


def _tags(value: Any) -> list[Tag]:
    if not isinstance(value, list):
        raise Invalid("This has to be a list of slugs.", "type")
    places: list[tuple[str, str, str]] = []
    slugs: list[str] = []
    for number, item in enumerate(value):
        try:
            slugs.append(text(item))
        except Invalid as refusal:
            slugs.append("")
            places += [(f"/{number}", detail, code) for _, detail, code in refusal.places]
    wanted = sorted(set(slugs) - {""})
    found: dict[str, Tag] = {}
    for start in range(0, len(wanted), CHUNK):
        tags = Tag.objects.filter(slug__in=wanted[start : start + CHUNK])
        found.update((tag.slug, tag) for tag in tags)
    wrong = {place for place, _, _ in places}
    places += [
        (f"/{number}", "There is no such tag.", "does_not_exist")
        for number, slug in enumerate(slugs)
        if slug not in found and f"/{number}" not in wrong
    ]
    if places:
        raise Invalid.several(places)
    return list(found.values())


FIELDS = (
    Field("title", text, is_required=True),
    Field("body", text),
    Field("category", _category),
    Field("tags", _tags),
)


def _create(request: HttpRequest) -> Post:
    complaints = Complaints()
    values = complaints.take(request, FIELDS, is_partial=False)
    tags = values.pop("tags", [])
    post = Post(author=request.user)
    assign(post, values)
    complaints.check(post, exclude=["author", "category", "slug"])
    post.save()
    post.tags.add(*tags)
    return post


def _update(request: HttpRequest, post: Post, *, is_partial: bool) -> Post:
    complaints = Complaints()
    values = complaints.take(request, FIELDS, is_partial=is_partial)
    tags = values.pop("tags", None)
    assign(post, values)
    # Its author may be a reader by now; editors look after it all the same.
    complaints.check(post, exclude=["author", "category", "slug"], forgive=["author"])
    post.save()
    if tags is not None:
        old, new = set(post.tags.all()), set(tags)
        if old - new:
            post.tags.remove(*(old - new))
        if new - old:
            post.tags.add(*(new - old))
    return post


def _publish(request: HttpRequest, post: Post) -> Post:
    try:
        return put_out(post)
    except ValidationError as refusal:
        complaints = Complaints()
        for name, errors in refusal.error_dict.items():
            for error in errors:
                complaints.add(name, " ".join(error.messages), error.code or "invalid")
        complaints.stop()
        raise


def _unpublish(request: HttpRequest, post: Post) -> Post:
    return take_down(post)


_CHANGE = RULES["posts.change"]

create_post = POSTS.creator(_create)
replace_post = POSTS.changer(_CHANGE, partial(_update, is_partial=False))
update_post = POSTS.changer(_CHANGE, partial(_update, is_partial=True))
delete_post = POSTS.changer(_CHANGE, remove)
publish_post = POSTS.changer(_CHANGE, _publish)
unpublish_post = POSTS.changer(_CHANGE, _unpublish)
