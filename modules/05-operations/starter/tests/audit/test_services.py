"""What an entry says."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.roles import Role
from audit.actions import Action
from audit.models import AuditEntry
from audit.services import record
from core.client_address import ClientAddressMiddleware
from core.request_id import RequestIdMiddleware
from posts.services import archive_post, publish_post
from tests.factories import PostFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_who_did_what_from_where_in_which_request() -> None:
    post = PostFactory()

    def view(_: HttpRequest) -> HttpResponse:
        record(action=Action.ARCHIVED, actor=post.author, target=post, fields=["title"])
        return HttpResponse()

    request = RequestFactory(REMOTE_ADDR="203.0.113.5").get(
        "/", headers={"X-Request-ID": "trace-0123"}
    )
    RequestIdMiddleware(ClientAddressMiddleware(view))(request)
    entry = AuditEntry.objects.get()
    assert entry.actor == post.author
    assert entry.actor_name == post.author.username
    assert (entry.object_type, entry.object_id) == ("posts.post", str(post.pk))
    assert (entry.action, entry.details) == ("archived", {"fields": ["title"]})
    assert (entry.address, entry.request_id) == ("203.0.113.5", "trace-0123")
    assert str(entry) == f"{post.author.username} archived posts.post {post.pk}"


def test_outside_of_requests_there_is_no_address_and_no_id() -> None:
    entry = record(action=Action.REGISTERED, actor=AnonymousUser())
    assert (entry.actor, entry.address, entry.request_id) == (None, None, "")
    assert str(entry).startswith("somebody registered")


def test_what_is_rolled_back_was_never_done() -> None:
    post = PostFactory()
    with transaction.atomic():
        publish_post(post=post, by=post.author)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_what_cannot_be_written_down_is_not_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    post = PostFactory(out=True)
    monkeypatch.setattr(AuditEntry, "save", full)
    with pytest.raises(OSError, match="full"):
        archive_post(post=post, by=post.author)
    post.refresh_from_db()
    assert post.is_out


def test_the_log_is_read_in_the_admin_and_not_written(client: Client) -> None:
    root = UserFactory(is_staff=True, is_superuser=True, role=Role.ADMIN)
    client.force_login(root)
    entry = record(action=Action.REGISTERED, actor=root)
    there = f"/admin/audit/auditentry/{entry.pk}"
    assert client.get("/admin/audit/auditentry/").status_code == 200
    assert client.get(f"{there}/change/").status_code == 200
    assert client.post(f"{there}/change/", {"action": "x"}).status_code == 403
    assert client.post(f"{there}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/audit/auditentry/add/").status_code == 403
