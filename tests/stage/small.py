"""A small Django project in a style of its own: function views, sessions, one settings module, no roles."""

SETTINGS = """
import os
from urllib.parse import urlsplit
url = urlsplit(os.environ.get("DATABASE_URL", "postgres://a:b@127.0.0.1:5432/none"))
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
              "django.contrib.auth.middleware.AuthenticationMiddleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
                         "PASSWORD": url.password, "HOST": url.hostname, "PORT": url.port}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""
URLS = """
import json
from django.contrib.auth import authenticate
from django.http import JsonResponse
from django.urls import path

def me(request):
    user = request.user
    groups = list(user.groups.values_list("name", flat=True)) if user.is_authenticated else []
    return JsonResponse({"name": user.get_username(), "staff": user.is_staff, "groups": groups})

def login(request):
    said = json.loads(request.body)
    user = authenticate(username=said["username"], password=said["password"])
    return JsonResponse({"access": "a.b.c"} if user else {}, status=200 if user else 401)

from django.views.decorators.csrf import csrf_exempt
urlpatterns = [path("me/", me), path("login/", csrf_exempt(login))]
"""
PEOPLE = """
def make(*, role, username, password):
    from django.contrib.auth.models import Group, User
    user = User.objects.create_user(username, password=password)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user

def refuse(**values):
    raise ValueError("nobody may come in")

def lie(*, role, username, password):
    class Nobody:
        def get_username(self):
            return "a\\r\\nX-Evil: 1"
    return Nobody()

def wait(**values):
    import time
    time.sleep(600)
"""
FILES = {
    "manage.py": "",
    "settings.py": SETTINGS,
    "urls.py": URLS,
    "people.py": PEOPLE,
    "wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
}
LAYOUT = {
    "settings": "settings",
    "production": "settings",
    "sources": [],
    "application": "wsgi:application",
    "health": "",
    "roles": ["user", "admin"],
    "login": "",
}
