"""Domain services: which changes views make themselves, and what services may know."""

from pathlib import Path

import pytest

from grader.architecture.metrics import LAYERS
from grader.domain.status import Status
from tests.architecture.trees import measured, places

REST = """
    from rest_framework import generics, mixins, serializers, viewsets
    from rest_framework.decorators import api_view, action
    from rest_framework.response import Response
    from django.shortcuts import get_object_or_404, redirect, render
    from django.views import View
    from django.views.generic import CreateView, DeleteView, UpdateView
    from django.db import connection
    from django import forms
    from posts.models import Post
    from posts.services import create_post

    class PostSerializer(serializers.ModelSerializer):
        class Meta:
            model = Post

    class PostForm(forms.ModelForm):
        class Meta:
            model = Post

    class Serviced(PostSerializer):
        def create(self, data):
            return create_post(**data)

        def update(self, instance, data):
            return create_post(**data)

    class ServicedForm(PostForm):
        def save(self):
            return create_post(**self.cleaned_data)
"""


def views(text: str) -> dict[str, str]:
    """A module of views with the beginning above, whose last lines are these."""
    return {"posts/views.py": REST + "".join(f"    {line}\n" for line in text.strip("\n").splitlines())}


def function(body: str) -> dict[str, str]:
    return views("@api_view()\ndef shown(request, pk):\n" + "".join(f"    {line}\n" for line in body.splitlines()))


def viewset(body: str, bases: str = "viewsets.ModelViewSet") -> dict[str, str]:
    return views(f"class Shown({bases}):\n" + "".join(f"    {line}\n" for line in body.splitlines()))


CREATED = "serializer.instance = create_post(**serializer.validated_data)"
ALL = """
def perform_create(self, serializer):
    serializer.instance = create_post(**serializer.validated_data)
def perform_update(self, serializer):
    serializer.instance = create_post(**serializer.validated_data)
def perform_destroy(self, instance):
    create_post(instance=instance)
"""
# Each changes data in one place of a module of views.
WRITING = {
    "a manager": function("Post.objects.create(title=pk)"),
    "get_or_create": function("post, new = Post.objects.get_or_create(pk=pk)"),
    "in bulk": function("Post.objects.bulk_create([Post()])"),
    "a queryset": function("Post.objects.filter(pk=pk).update(title='x')"),
    "a queryset by another name": function("found = Post.objects.filter(pk=pk)\nfound.update(title='x')"),
    "a row that was fetched": function("post = get_object_or_404(Post, pk=pk)\npost.save()"),
    "a row that was made": function("post = Post(title=pk)\npost.save()"),
    "a row that a service gave": function("post = create_post(title=pk)\npost.save(update_fields=['title'])"),
    "a row of a loop": function("for post in Post.objects.all():\n    post.delete()"),
    "a related manager": function("post = get_object_or_404(Post, pk=pk)\npost.comments.create(body='x')"),
    "a user": views(
        "from django.contrib.auth.models import User\n@api_view()\ndef shown(r):\n    User.objects.create_user('x')"
    ),
    "awaited": views("@api_view()\nasync def shown(request):\n    await Post.objects.acreate(title=1)"),
    "saved and awaited": views("@api_view()\nasync def shown(request, post: Post):\n    await post.asave()"),
    "the row of the view": viewset("def get(self, request):\n    self.get_object().delete()", "View"),
    "an attribute of the view": viewset("def get(self, request):\n    self.object.save()", "View"),
    "the one who asks": viewset("def get(self, request):\n    request.user.delete()", "View"),
    "SQL": function("with connection.cursor() as cursor:\n    cursor.execute('UPDATE posts SET x = 1')"),
    "a serializer": function("s = PostSerializer(data=request.data)\ns.save()"),
    "a form": function("form = PostForm(request.POST)\nif form.is_valid():\n    form.save()"),
    "a helper beside views": views("def _made():\n    return Post.objects.create()"),
    "in a serializer": views(
        "class S(PostSerializer):\n    def validate(self, data):\n        Post.objects.create()\n        return data"
    ),
    "in the admin": {
        "posts/admin.py": "from django.contrib import admin\nclass PostAdmin(admin.ModelAdmin):\n"
        "    def publish(self, request, queryset):\n        queryset.update(status='published')\n"
    },
    "in a view elsewhere": {
        "posts/things.py": "from posts.views import PostList\nfrom posts.models import Post\nclass X(PostList):\n"
        "    def post(self, request):\n        Post.objects.all().delete()\n"
    },
    "perform_create hands on": viewset(
        f"serializer_class = PostSerializer\n{ALL.replace(CREATED, 'serializer.save()', 1)}"
    ),
    "perform_create calls the one above": viewset(
        f"serializer_class = PostSerializer\n{ALL.replace(CREATED, 'super().perform_create(serializer)', 1)}"
    ),
    "nothing is said of destroying": viewset(f"serializer_class = Serviced\n{ALL.split('def perform_destroy')[0]}"),
    "a generic view of REST framework": viewset("serializer_class = PostSerializer", "generics.CreateAPIView"),
    "a mixin": viewset("serializer_class = PostSerializer", "mixins.UpdateModelMixin, viewsets.GenericViewSet"),
    "a generic view of Django's": viewset("model = Post", "CreateView"),
    "a generic view with a form": viewset("form_class = PostForm", "UpdateView"),
    "a generic view that deletes": viewset("model = Post", "DeleteView"),
    "names of another script": views(
        "@api_view()\ndef показать(запрос):\n    статья = Post(title=1)\n    статья.save()"
    ),
}
LEAVING = {
    "a service": function("post = create_post(title=request.data['title'])"),
    "reading": function("posts = Post.objects.filter(pk=pk).order_by('x')"),
    "nothing but services": viewset(f"serializer_class = PostSerializer\n{ALL}"),
    "a serializer that asks a service": function("s = Serviced(data=request.data)\ns.save()"),
    "a viewset with such a serializer": viewset(
        f"serializer_class = Serviced\ndef perform_destroy{ALL.split('def perform_destroy')[1]}"
    ),
    "such a serializer is chosen": viewset(
        "def get_serializer_class(self):\n    return Serviced", "generics.CreateAPIView"
    ),
    "a viewset that only reads": viewset("serializer_class = PostSerializer", "viewsets.ReadOnlyModelViewSet"),
    "verbs that only read": viewset("http_method_names = ['get', 'head']\nserializer_class = PostSerializer"),
    "a base that nobody routes": views(
        "class Base(viewsets.ModelViewSet):\n    pass\n\nclass Shown(Base):\n    serializer_class = PostSerializer\n"
        + "".join(f"    {line}\n" for line in ALL.splitlines())
    ),
    "a form that asks a service": function("form = ServicedForm(request.POST)\nform.save()"),
    "a generic view with such a form": viewset("form_class = ServicedForm", "UpdateView"),
    "form_valid": viewset(
        "def form_valid(self, form):\n    create_post(**form.cleaned_data)\n    return redirect('/')", "CreateView"
    ),
    "a form that is not saved yet": function(
        "form = PostForm(request.POST)\npost = form.save(commit=False)\ncreate_post(post=post)"
    ),
    "a dictionary": function("context = {}\ncontext.update(a=1)\ndata = dict(a=1)\ndata.update(b=2)"),
    "a session": function("request.session.save()\nrequest.session.delete()"),
    "the cache": views(
        "from django.core.cache import cache\n@api_view()\ndef f(r):\n    cache.delete('x')\n    cache.set('x', 1)"
    ),
    "a file": function("from PIL import Image\nimage = Image.open('x')\nimage.save('y')"),
    "another service's API": views("import stripe\n@api_view()\ndef f(r):\n    stripe.Customer.create(name='x')"),
    "an object of the domain": {
        **function("from posts.booking import Booking\nbooking = Booking(pk)\nbooking.save()"),
        "posts/booking.py": "class Booking:\n    def save(self):\n        pass\n",
    },
    "SQL that reads": function("with connection.cursor() as cursor:\n    cursor.execute('SELECT 1')"),
    "a model beside views": views(
        "from django.db import models\nclass M(models.Model):\n    def x(self):\n        self.other.save()"
    ),
    "a test of views": {"posts/tests.py": function("Post.objects.create()")["posts/views.py"]},
    "middleware": {"posts/middleware.py": "from posts.models import Post\ndef m(get):\n    Post.objects.create()\n"},
    "a model's own word": function("post = get_object_or_404(Post, pk=pk)\npost.publish()"),
    "the admin's own saving": {
        "posts/admin.py": "from django.contrib import admin\nclass A(admin.ModelAdmin):\n"
        "    def save_model(self, r, obj, form, change):\n        super().save_model(r, obj, form, change)\n"
    },
}
UPWARD = {
    "REST framework": {"posts/services.py": "from rest_framework.exceptions import ValidationError\n"},
    "a view": {"posts/services.py": "from posts.views import PostList\n"},
    "a serializer": {
        "posts/serializers.py": "from rest_framework import serializers\nclass S(serializers.Serializer):\n    pass\n",
        "posts/services/creating.py": "from posts.serializers import S\n",
    },
    "a module of views": {"posts/selectors.py": "from posts import views\n"},
    "inside of a function": {"posts/use_cases.py": "def f():\n    from posts.views import PostList\n"},
    "models too": {"posts/models.py": "from rest_framework import serializers\n"},
    "a service of another name": {
        "posts/actions.py": "from posts.models import Post\nfrom posts.views import PostList\n"
        "def publish():\n    Post.objects.update(x=1)\n",
        "posts/api.py": "from django.views import View\nfrom posts.actions import publish\nclass V(View):\n    pass\n",
    },
}
DOWNWARD = {
    "for types alone": {
        "posts/services.py": "import typing\nif typing.TYPE_CHECKING:\n    from posts.views import PostList\n"
        "def f(Post):\n    Post.objects.create()\n"
    },
    "another library": {"posts/services.py": "import rest_framework_simplejwt\ndef f(P):\n    P.objects.create()\n"},
    "a task": {"posts/tasks.py": "from posts.views import PostList\nfrom rest_framework import status\n"},
    "addresses": {"posts/urls.py": "from posts.views import PostList\nurlpatterns = []\n"},
    "a command": {"posts/management/commands/services.py": "from posts.views import PostList\n"},
    "a model beside views": {
        "posts/all.py": "from django.db import models\nfrom django.views import View\n"
        "class M(models.Model):\n    pass\nclass V(View):\n    pass\n",
        "posts/services.py": "from posts.all import M\ndef f():\n    M.objects.create()\n",
    },
}


@pytest.mark.parametrize("files", WRITING.values(), ids=WRITING)
def test_a_change_in_a_view_is_counted_once(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, LAYERS, files)
    assert (found.status, found.value) == (Status.PASSED, 1), [one.message for one in found.findings]
    (finding,) = found.findings
    assert finding.where is not None
    assert finding.where.path in files
    assert "Expected: " in finding.message
    assert "service" in finding.message


@pytest.mark.parametrize("files", LEAVING.values(), ids=LEAVING)
def test_what_leaves_changes_to_others(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, LAYERS, files)
    assert (found.status, found.value) == (Status.PASSED, 0), [one.message for one in found.findings]


@pytest.mark.parametrize("files", UPWARD.values(), ids=UPWARD)
def test_a_service_that_knows_views_is_counted(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, LAYERS, files)
    assert (found.status, found.value) == (Status.PASSED, 1), [one.message for one in found.findings]
    assert "it imports" in found.findings[0].message


@pytest.mark.parametrize("files", DOWNWARD.values(), ids=DOWNWARD)
def test_who_may_know_views(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, LAYERS, files)
    assert (found.status, found.value) == (Status.PASSED, 0), [one.message for one in found.findings]


def test_the_line_is_that_of_the_call(tmp_path: Path) -> None:
    found = measured(
        tmp_path,
        LAYERS,
        {
            "posts/views.py": "from django.views import View\nclass V(View):\n"
            "    def get(self, r):\n        self.object.save()\n"
        },
    )
    assert places(found) == ["posts/views.py:4"]
    assert "`save()` in V.get" in found.findings[0].message


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"posts/views.py": ""}, "The project has no views."),
        ({"posts/services.py": ""}, "No module of the project changes data"),
    ],
)
def test_where_there_is_nothing_to_see_nothing_is_shown(files: dict[str, str], reason: str, tmp_path: Path) -> None:
    found = measured(tmp_path, LAYERS, files)
    assert found.status is Status.NOT_APPLICABLE
    assert found.reason.startswith(reason)
