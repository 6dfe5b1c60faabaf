# FILE GIVEN 03
"""The addresses below /api/: `v1/…`, and the current version once more without its number."""

from django.urls import include, path, re_path

# BEGIN SOLUTION 04
from django.views.decorators.csp import csp_override

# END
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.routers import SimpleRouter

from accounts import views as accounts

# BEGIN SOLUTION 03
from api.views import NotFoundView

# END
from comments import views as comments

# BEGIN SOLUTION 04
from config.settings.headers import DOCUMENT_CSP

# END
from posts import views as posts

router = SimpleRouter(use_regex_path=False)
router.register("tags", posts.TagViewSet, "tag")
# BEGIN SOLUTION 03
router.register("posts", posts.PostViewSet, "post")
router.register("categories", posts.CategoryViewSet, "category")
router.register("comments", comments.CommentViewSet, "comment")
router.register("users", accounts.UserViewSet, "user")
# STUB
# # TODO(03): posts, categories, comments and users (brief, task 1).
# END

v1 = [
    path("schema/", SpectacularAPIView.as_view(api_version="v1"), name="schema"),
    path(
        "docs/", SpectacularSwaggerSplitView.as_view(url_name="v1:schema"), name="docs"
    ),
    # BEGIN BEFORE 04
    # path("redoc/", SpectacularRedocView.as_view(url_name="v1:schema"), name="redoc"),
    # END
    # BEGIN SOLUTION 04
    path(
        "redoc/",
        csp_override(DOCUMENT_CSP)(SpectacularRedocView.as_view(url_name="v1:schema")),
        name="redoc",
    ),
    # BEGIN SOLUTION 06
    path("auth/mfa/", include("mfa.urls")),
    # STUB
    # # TODO(06): the second factor (brief, task 2).
    # END
    path("auth/", include("authentication.urls")),
    # STUB
    # path("redoc/", SpectacularRedocView.as_view(url_name="v1:schema"), name="redoc"),
    # # TODO(04): these pages under a Content-Security-Policy (brief, task 7).
    # # TODO(04): registration, log-in and what follows (brief, tasks 1 to 3).
    # END
    *router.urls,
]

urlpatterns = [
    path("v1/", include((v1, "v1"))),
    # BEGIN SOLUTION 03
    path("", include(v1)),
    # With debug pages on, too, an address that leads nowhere is answered as a program expects it.
    re_path("", NotFoundView.as_view()),
    # STUB
    # # TODO(03): /api/… is the current version, and 404 has the shape of every error
    # # (brief, tasks 3 and 4).
    # END
]
