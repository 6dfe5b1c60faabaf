"""A small project of the tests' own with every weakness that the served application is asked for, and its twin."""

from typing import Any

_SETTINGS = """
import os
from urllib.parse import urlsplit

url = urlsplit(os.environ["DATABASE_URL"])
SECRET_KEY = os.environ["SECRET_KEY"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
                         "PASSWORD": url.password, "HOST": url.hostname, "PORT": url.port}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
"""
_SESSIONS = '"django.contrib.sessions.middleware.SessionMiddleware"'
_USERS = '"django.contrib.auth.middleware.AuthenticationMiddleware"'
SETTINGS = f"""{_SETTINGS}
ALLOWED_HOSTS = ["localhost"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "urls.policy", {_SESSIONS},
              "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware", {_USERS},
              "django.middleware.clickjacking.XFrameOptionsMiddleware"]
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
"""
BAD_SETTINGS = f"""{_SETTINGS}
ALLOWED_HOSTS = ["*"]
MIDDLEWARE = ["urls.policy", {_SESSIONS}, {_USERS}]
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W003", "security.W012"]
SESSION_COOKIE_HTTPONLY = False
SESSION_COOKIE_SAMESITE = None
"""
_HEAD = """
import json

from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme


def form(request):
    if request.method == "POST":
        return HttpResponse("paid")
    return HttpResponse(f'<form method="post"><input name="amount">{get_token(request)}</form>')


def visit(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse("hello")


def profile(request):
    if request.method in ("PATCH", "PUT", "POST"):
        for name in FIELDS:
            if name in (sent := json.loads(request.body)):
                setattr(request.user, name, sent[name])
        request.user.save()
    user = request.user
    return JsonResponse({"first_name": user.first_name, "is_staff": user.is_staff} if user.is_authenticated else {})
"""
_TAIL = """
urlpatterns = [path("", visit), path("go/", go), path("search/", search), path("find/", find), path("pay/", form),
               path("profile/", profile)]
"""
GOOD_URLS = f"""{_HEAD}
def broken(get_response):
    return lambda request: HttpResponse(status=500)


FIELDS = ("first_name",)


def policy(get_response):
    def answer(request):
        response = get_response(request)
        response["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        return response
    return answer


def go(request):
    to = request.GET.get("to", "/")
    return HttpResponseRedirect(to if url_has_allowed_host_and_scheme(to, {{request.get_host()}}) else "/")


def search(request):
    return HttpResponse("You looked for " + escape(request.GET.get("term", "")))


def find(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auth_user WHERE username = %s", [request.GET.get("user", "")])
        return JsonResponse({{"count": cursor.fetchone()[0]}})
{_TAIL}"""
BAD_URLS = f"""{_HEAD}
FIELDS = ("first_name", "is_staff")


def policy(get_response):
    def answer(request):
        response = get_response(request)
        if origin := request.headers.get("Origin"):
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Credentials"] = "true"
        return response
    return answer


def go(request):
    return HttpResponseRedirect(request.GET.get("to", "/"))


def search(request):
    return HttpResponse("You looked for " + request.GET.get("term", ""))


def find(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auth_user WHERE username = '%s'" % request.GET.get("user", ""))
        return JsonResponse({{"count": cursor.fetchone()[0]}})
{_TAIL}"""
WSGI = "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"
GOOD = {"manage.py": "", "wsgi.py": WSGI, "settings.py": SETTINGS, "urls.py": GOOD_URLS}
BAD = {"manage.py": "", "wsgi.py": WSGI, "settings.py": BAD_SETTINGS, "urls.py": BAD_URLS}
LAYOUT: dict[str, Any] = {
    "settings": "settings",
    "production": "settings",
    "sources": [],
    "application": "wsgi:application",
    "health": "",
    "schema": "",
    "roles": ["user", "admin"],
    "login": "",
}
# What is wrong with the bad one, as the gate names it, by severity.
HIGH = {"probes.cors", "probes.xss", "probes.sql", "probes.csrf", "probes.mass-assignment"}
MEDIUM = {
    "probes.host-header",
    "probes.open-redirect",
    "headers.csp",
    "headers.framing",
    "headers.nosniff",
    "cookies.secure",
    "cookies.httponly",
    "security.W001",
    "security.W012",
}
BY_WAPITI = {"wapiti.reflected-cross-site-scripting", "wapiti.open-redirect"}
# GOOD with defences that are there for whoever measures: headers on one page and for scanners, and a route that only
# the server has.
_FOR_SHOW = """
import sys


def vault(request):
    return HttpResponse("<p>" + request.GET.get("term", "") + "</p>")


def policy(get_response):
    def answer(request):
        response = get_response(request)
        if request.path == "/" or "wapiti" in request.headers.get("User-Agent", "").lower():
            response["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        return response
    return answer


if "gunicorn" in sys.modules:
    urlpatterns.append(path("vault/", vault))
"""
FOR_SHOW = GOOD | {"urls.py": GOOD_URLS + _FOR_SHOW}
