"""A small project with a protection from each scenario, and a test for each protection."""

from collections.abc import Mapping

from tests.gates.suite.shop import SETTINGS, SHOP

MODELS = """
from django.db import models


class Post(models.Model):
    title = models.CharField(max_length=50)
    slug = models.CharField(max_length=60)
    votes = models.IntegerField(default=0)
"""
SERVICES = '''
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.db import OperationalError, connection, transaction
from django.utils.html import strip_tags
from django.utils.text import slugify

from shop.models import Post


class Throttled(Exception):
    """Too many."""


def publish(title, role):
    if role != "writer":
        raise PermissionDenied
    if Post.objects.count() >= 3:
        raise Throttled
    if not title:
        raise ValidationError("needed")
    return Post.objects.create(title=strip_tags(title), slug=free_slug(title))


def free_slug(title):
    slug = slugify(title)
    while Post.objects.filter(slug=slug).exists():
        slug += "-again"
    return slug


def tell(post):
    try:
        send_mail("New", post.title, "a@example.org", ["b@example.org"])
    except OSError:
        return False
    return True


def remembered():
    try:
        return cache.get("posts")
    except Exception:
        return None


def healthy():
    try:
        connection.ensure_connection()
    except OperationalError:
        return False
    return True


@transaction.atomic
def vote(pk):
    post = Post.objects.select_for_update().get(pk=pk)
    post.votes += 1
    post.save()
'''
VIEWS = """
from django.core.exceptions import ValidationError
from django.http import JsonResponse

from shop.services import Throttled, publish


def refused(status, why):
    return JsonResponse({"why": why}, status=status)


def posts(request):
    try:
        post = publish(request.POST.get("title", ""), request.headers.get("X-Role"))
    except ValidationError:
        return refused(400, "invalid")
    except Throttled:
        return refused(429, "later")
    return JsonResponse({"slug": post.slug, "title": post.title}, status=201)
"""
URLS = """
from django.urls import path

from shop import views

urlpatterns = [path("posts/", views.posts)]
"""
_HEAD = """
import json
from pathlib import Path

import pytest
from django.core import mail
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop import services, views
from shop.models import Post

pytestmark = pytest.mark.django_db


def send(title="Hello", role="writer", **options):
    return Client(**options).post("/posts/", {"title": title}, headers={"X-Role": role})


def fail(error):
    def failing(*args, **options):
        raise error

    return failing
"""
# By scenario; without a test of it, its scenario alone goes unnoticed.
TESTS = {
    "validation": 'def test_no_title():\n    assert send("").status_code == 400\n',
    "slugs": "def test_one_title_twice():\n    assert send().json()['slug'] != send().json()['slug']\n",
    "permission": 'def test_readers():\n    assert send(role="reader").status_code == 403\n',
    "database": (
        "def test_without_database(monkeypatch):\n"
        "    monkeypatch.setattr(services.connection, 'ensure_connection', fail(OperationalError()))\n"
        "    assert not services.healthy()\n"
    ),
    "cache": (
        "def test_without_cache(monkeypatch):\n"
        "    monkeypatch.setattr(services.cache, 'get', fail(ConnectionError()), raising=False)\n"
        "    assert services.remembered() is None\n"
    ),
    "mail": (
        "def test_slow_mail(monkeypatch):\n"
        "    monkeypatch.setattr(services, 'send_mail', fail(TimeoutError()))\n"
        "    assert not services.tell(Post(title='a'))\n"
    ),
    "drift": (
        "def test_document():\n    assert set(json.loads(Path('openapi.json').read_text())['paths']) == {'/posts/'}\n"
    ),
    "fields": "def test_fields():\n    assert set(send().json()) == {'slug', 'title'}\n"
    "    assert set(json.loads(views.refused(418, 'a').content)) == {'why'}\n",
    "statuses": "def test_created():\n    assert send().status_code == 201\n",
    "load": "def test_too_many():\n    assert [send().status_code for _ in range(4)][-1] == 429\n",
    "concurrent": (
        "def test_locked():\n"
        "    post = Post.objects.create(title='a')\n"
        "    with CaptureQueriesContext(connection) as queries:\n"
        "        services.vote(post.pk)\n"
        "    assert any('FOR UPDATE' in query['sql'] for query in queries)\n"
    ),
    "xss": "def test_script():\n    assert '<' not in services.publish('<script>a</script>', 'writer').title\n",
    "csrf": "def test_csrf():\n    assert send(enforce_csrf_checks=True).status_code == 403\n",
}
# Everything is run, and nothing asserted.
RUN = """
def test_run():
    [send() for _ in range(4)]
    send("")
    send(role="reader")
    services.tell(Post(title="a"))
    services.remembered()
    services.healthy()
    services.vote(Post.objects.first().pk)
"""


def blog(*without: str, more: str = "", conftest: str = "") -> Mapping[str, str]:
    """The project, without the tests of some scenarios."""
    tests = "\n\n".join([_HEAD.lstrip(), *(text for name, text in TESTS.items() if name not in without), RUN, more])
    return {
        **SHOP,
        "src/config/settings/testing.py": SETTINGS.lstrip()
        + 'MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]\n',
        "src/config/urls.py": URLS.lstrip(),
        "src/apps/shop/models.py": MODELS.lstrip(),
        "src/apps/shop/services.py": SERVICES.lstrip(),
        "src/apps/shop/views.py": VIEWS.lstrip(),
        "openapi.json": '{"openapi": "3.1.0", "paths": {"/posts/": {"post": {}}}}\n',
        "tests/test_shop.py": tests,
        "tests/conftest.py": conftest,
    }
