"""The addresses below /api/: `v1/…`, and the current version once more without its number."""

from django.urls import include, path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.routers import SimpleRouter

from posts import views as posts

router = SimpleRouter(use_regex_path=False)
router.register("tags", posts.TagViewSet, "tag")
# TODO(03): posts, categories, comments and users (brief, task 1).

v1 = [
    path("schema/", SpectacularAPIView.as_view(api_version="v1"), name="schema"),
    path(
        "docs/", SpectacularSwaggerSplitView.as_view(url_name="v1:schema"), name="docs"
    ),
    path("redoc/", SpectacularRedocView.as_view(url_name="v1:schema"), name="redoc"),
    *router.urls,
]

urlpatterns = [
    path("v1/", include((v1, "v1"))),
    # TODO(03): /api/… is the current version, and 404 has the shape of every error
    # (brief, tasks 3 and 4).
]
