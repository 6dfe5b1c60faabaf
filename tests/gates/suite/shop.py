"""A small project with tests that are good: what the tests of the gates change in one place, to see it found."""

from collections.abc import Mapping

SETTINGS = """
import os
import urllib.parse
from pathlib import Path

address = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "config.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.path[1:],
        "USER": address.username,
        "PASSWORD": address.password,
        "HOST": address.hostname,
        "PORT": address.port,
    }
}
"""
MODELS = '''
"""What is sold."""

from django.core.exceptions import ValidationError
from django.db import models

from shop.utils import rounded


class ItemQuerySet(models.QuerySet):
    def cheap(self):
        return self.filter(price__lte=10)


class Item(models.Model):
    title = models.CharField(max_length=50, unique=True)
    price = models.IntegerField(default=5)

    objects = ItemQuerySet.as_manager()

    def clean(self):
        if self.price < 0:
            raise ValidationError({"price": "is below nothing"})

    def shown(self):
        if self.price > 100:
            return f"{self.title}, dear"
        return f"{self.title}, {rounded(self.price)}"
'''
UTILS = '''
def rounded(number):
    """To tens."""
    total = 0
    while total + 5 <= number:
        total += 10
    return total


def joined(words, last=False):
    if not words:
        return "nothing"
    if last and len(words) > 1:
        return ", ".join(words[:-1]) + " and " + words[-1]
    return ", ".join(words)
'''
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/items/": {
            "get": {"responses": {"200": {"description": "all"}}},
            "post": {"responses": {"201": {"description": "made"}, "400": {"description": "refused"}}},
        },
        "/items/{id}/": {"get": {"responses": {"200": {"description": "one"}, "404": {"description": "none"}}}},
    },
}
VIEWS = f"""
from django.http import JsonResponse

from shop.models import Item


def schema(request):
    return JsonResponse({DOCUMENT!r})


def items(request):
    if request.method == "POST":
        title = request.POST.get("title", "")
        if not title:
            return JsonResponse({{"title": "is needed"}}, status=400)
        return JsonResponse({{"id": Item.objects.create(title=title).pk}}, status=201)
    return JsonResponse([item.title for item in Item.objects.all()], safe=False)


def item(request, pk):
    found = Item.objects.filter(pk=pk).first()
    if found is None:
        return JsonResponse({{"detail": "none"}}, status=404)
    return JsonResponse({{"title": found.title}})
"""
URLS = """
from django.urls import path

from shop import views

urlpatterns = [
    path("api/v1/schema/", views.schema),
    path("items/", views.items),
    path("items/<int:pk>/", views.item),
]
"""
TESTS = """
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from shop.models import Item
from shop.utils import joined, rounded

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("number", "wanted"), [(0, 0), (4, 0), (5, 10), (14, 10), (27, 30)])
def test_rounded(number, wanted):
    assert rounded(number) == wanted


def test_joined():
    assert joined([]) == "nothing"
    assert joined(["a"], last=True) == "a"
    assert joined(["a", "b"]) == "a, b"
    assert joined(["a", "b"], last=True) == "a and b"


def test_price():
    with pytest.raises(ValidationError):
        Item(title="a", price=-1).clean()
    Item(title="a", price=0).clean()


def test_shown():
    assert Item(title="a", price=101).shown() == "a, dear"
    assert Item(title="a", price=100).shown() == "a, 100"


def test_cheap():
    Item.objects.create(title="a", price=10)
    Item.objects.create(title="b", price=11)
    assert [item.title for item in Item.objects.cheap()] == ["a"]


def test_defaults_and_uniqueness():
    assert Item.objects.create(title="a").price == 5
    with pytest.raises(IntegrityError):
        Item.objects.create(title="a")


def test_list(client):
    Item.objects.create(title="a")
    answer = client.get("/items/")
    assert (answer.status_code, answer.json()) == (200, ["a"])


def test_create(client):
    answer = client.post("/items/", {"title": "a"})
    assert (answer.status_code, answer.json()) == (201, {"id": Item.objects.get().pk})


def test_refused(client):
    answer = client.post("/items/", {})
    assert (answer.status_code, answer.json()) == (400, {"title": "is needed"})


def test_one(client):
    item = Item.objects.create(title="a")
    answer = client.get(f"/items/{item.pk}/")
    assert (answer.status_code, answer.json()) == (200, {"title": "a"})


def test_none(client):
    answer = client.get("/items/7/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "none"})
"""
SHOP: Mapping[str, str] = {
    "manage.py": "from django.core.management import execute_from_command_line\n",
    "pyproject.toml": "[tool.pytest.ini_options]\n",
    "src/config/__init__.py": "",
    "src/config/settings/__init__.py": "",
    "src/config/settings/testing.py": SETTINGS.lstrip(),
    "src/config/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
    "src/config/urls.py": URLS.lstrip(),
    "src/apps/shop/__init__.py": "",
    "src/apps/shop/models.py": MODELS.lstrip(),
    "src/apps/shop/utils.py": UTILS.lstrip(),
    "src/apps/shop/views.py": VIEWS.lstrip(),
    "tests/test_shop.py": TESTS.lstrip(),
}


def without_test(name: str) -> str:
    """The tests without the function of that name."""
    parts = TESTS.lstrip().split("\n\n\n")
    kept = [part for part in parts if f"def {name}(" not in part]
    assert len(kept) == len(parts) - 1
    return "\n\n\n".join(kept)


def changed(**changes: str) -> dict[str, str]:
    """The project with other texts: ``tests=…``, ``models=…``, ``utils=…``, ``views=…``, ``conftest=…``."""
    paths = {
        "tests": "tests/test_shop.py",
        "conftest": "tests/conftest.py",
        **{name: f"src/apps/shop/{name}.py" for name in ("models", "utils", "views")},
    }
    return {**SHOP, **{paths[name]: text for name, text in changes.items()}}
