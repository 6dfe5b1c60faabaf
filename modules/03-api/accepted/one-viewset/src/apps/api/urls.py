"""The addresses below /api/: `v1/…`, and the current version once more without its number."""

from accounts import views as accounts
from comments import views as comments
from django.urls import include, path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from posts import views as posts
from rest_framework.routers import SimpleRouter

router = SimpleRouter(use_regex_path=False)
router.register("posts", posts.PostViewSet, "post")
router.register("comments", comments.CommentViewSet, "comment")
router.register("categories", posts.CategoryViewSet, "category")
router.register("tags", posts.TagViewSet, "tag")
router.register("users", accounts.UserViewSet, "user")

own_account = accounts.OwnAccountViewSet.as_view({"get": "retrieve", "patch": "partial_update"}, basename="me")

v1 = [
    path("schema/", SpectacularAPIView.as_view(api_version="v1"), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="v1:schema"), name="docs"),
    path("redoc/", SpectacularRedocView.as_view(url_name="v1:schema"), name="redoc"),
    path("users/me/", own_account, name="me-detail"),
    *router.urls,
]

urlpatterns = [
    path("v1/", include((v1, "v1"))),
    path("", include((v1, "current"))),
]
