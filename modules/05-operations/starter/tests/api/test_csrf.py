"""Cookies alone change nothing: another site can make a browser send them."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from posts.models import Post
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_csrf_token_is_needed_beside_the_session() -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(UserFactory())
    answer = browser.post("/api/v1/posts/", {"title": "Hello"})
    assert answer.status_code == 403
    assert not Post.objects.exists()


def test_a_csrf_token_is_needed_to_log_in_to_the_admin() -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/admin/login/", {"username": "ann", "password": "x"})
    assert answer.status_code == 403
