"""Comments."""

from functools import partial
from typing import Any

from accounts.access import AnyUser, is_editorial
from accounts.fields import UsernameField
from accounts.models import User
from api.pages import ByCursor
from api.parameters import Parameters
from api.reading import Complaints, Field, Invalid, row_id, text
from api.resources.base import Data, Resource, assign, remove, stamps
from api.rules import RULES
from comments.models import Comment
from comments.services import give_status
from core.choices import CommentStatus
from django.db.models import QuerySet
from django.http import HttpRequest
from posts.models import Post


def show(comment: Comment) -> Data:
    """As it looks, by itself and among others."""
    return {
        "id": comment.pk,
        "post": comment.post_id,
        "author": comment.author.username,
        "body": comment.body,
        "status": comment.status,
        **stamps(comment),
    }


def _rows(user: AnyUser) -> QuerySet[Comment]:
    return Comment.objects.visible_to(user).select_related("author")


def _rows_with_post(user: AnyUser) -> QuerySet[Comment]:
    return _rows(user).select_related("post")


COMMENTS = Resource("comments", Comment, _rows_with_post, show)


def _filtered(user: AnyUser, parameters: Parameters) -> QuerySet[Comment]:
    rows = _rows(user)
    post = parameters.number("post")
    if post is not None:
        rows = rows.filter(post=post)
    if status := parameters.choice("status", CommentStatus.values):
        rows = rows.filter(status=status)
    author = parameters.text("author")
    parameters.stop()
    if author:
        known = User.objects.filter(username=UsernameField.normalise(author))
        rows = rows.filter(author=known.values_list("pk", flat=True).first() or 0)
    return rows


list_comments = COMMENTS.lister(ByCursor, _filtered, show)


def _post(value: Any) -> Post:
    number = row_id(value)
    found = None
    if 0 < number < 2**63:
        found = Post.objects.published().filter(pk=number).first()
    if found is None:
        raise Invalid("There is no such post, or it is not out.", "does_not_exist")
    return found


BODY = Field("body", text, is_required=True)
FIELDS = (Field("post", _post, is_required=True), BODY)


def _create(request: HttpRequest) -> Comment:
    complaints = Complaints()
    values = complaints.take(request, FIELDS, is_partial=False)
    comment = Comment(author=request.user)
    assign(comment, values)
    complaints.check(comment, exclude=["author", "post"])
    comment.save()
    return comment


def _update(request: HttpRequest, comment: Comment, *, is_partial: bool) -> Comment:
    complaints = Complaints()
    values = complaints.take(request, (BODY,), is_partial=is_partial)
    assign(comment, values)
    complaints.check(comment, exclude=["author", "post"])
    if not is_editorial(request.user):
        comment.status = CommentStatus.PENDING
    comment.save()
    return comment


def _approve(request: HttpRequest, comment: Comment) -> Comment:
    return give_status(comment, CommentStatus.APPROVED)


def _reject(request: HttpRequest, comment: Comment) -> Comment:
    return give_status(comment, CommentStatus.REJECTED)


_CHANGE, _MODERATE = RULES["comments.change"], RULES["comments.moderate"]

create_comment = COMMENTS.creator(_create)
replace_comment = COMMENTS.changer(_CHANGE, partial(_update, is_partial=False))
update_comment = COMMENTS.changer(_CHANGE, partial(_update, is_partial=True))
delete_comment = COMMENTS.changer(_CHANGE, remove)
approve_comment = COMMENTS.changer(_MODERATE, _approve)
reject_comment = COMMENTS.changer(_MODERATE, _reject)
