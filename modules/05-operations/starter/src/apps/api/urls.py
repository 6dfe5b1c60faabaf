"""The addresses below /api/: `v1/…`, and the current version once more without its number."""

from django.urls import include, path, re_path
from django.views.decorators.csp import csp_override
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.routers import SimpleRouter

from accounts import views as accounts
from api.views import NotFoundView
from comments import views as comments
from config.settings.headers import DOCUMENT_CSP
from posts import views as posts

router = SimpleRouter(use_regex_path=False)
router.register("tags", posts.TagViewSet, "tag")
router.register("posts", posts.PostViewSet, "post")
router.register("categories", posts.CategoryViewSet, "category")
router.register("comments", comments.CommentViewSet, "comment")
router.register("users", accounts.UserViewSet, "user")

v1 = [
    path("schema/", SpectacularAPIView.as_view(api_version="v1"), name="schema"),
    path(
        "docs/", SpectacularSwaggerSplitView.as_view(url_name="v1:schema"), name="docs"
    ),
    path(
        "redoc/",
        csp_override(DOCUMENT_CSP)(SpectacularRedocView.as_view(url_name="v1:schema")),
        name="redoc",
    ),
    path("auth/", include("authentication.urls")),
    *router.urls,
]

urlpatterns = [
    path("v1/", include((v1, "v1"))),
    path("", include(v1)),
    # With debug pages on, too, an address that leads nowhere is answered as a program expects it.
    re_path("", NotFoundView.as_view()),
]
