"""The addresses below /api/: `v1/…`, and the current version once more without its number."""

from accounts import views as accounts
from api.views import DocsView, NowhereView, RedocView, SchemaView
from comments import views as comments
from django.urls import include, path, re_path
from posts import views as posts

v1 = [
    path("schema/", SchemaView.as_view(api_version="v1"), name="schema"),
    path("docs/", DocsView.as_view(url_name="v1:schema"), name="docs"),
    path("redoc/", RedocView.as_view(url_name="v1:schema"), name="redoc"),
    path("posts/", posts.PostListView.as_view(), name="post-list"),
    path("posts/<int:id>/", posts.PostDetailView.as_view(), name="post-detail"),
    path("posts/<int:id>/publish/", posts.PublishView.as_view(), name="post-publish"),
    path(
        "posts/<int:id>/unpublish/",
        posts.UnpublishView.as_view(),
        name="post-unpublish",
    ),
    path("comments/", comments.CommentListView.as_view(), name="comment-list"),
    path("comments/<int:id>/", comments.CommentDetailView.as_view(), name="comment-detail"),
    path(
        "comments/<int:id>/approve/",
        comments.ApproveView.as_view(),
        name="comment-approve",
    ),
    path("comments/<int:id>/reject/", comments.RejectView.as_view(), name="comment-reject"),
    path("categories/", posts.CategoryListView.as_view(), name="category-list"),
    path("categories/<int:id>/", posts.CategoryDetailView.as_view(), name="category-detail"),
    path("tags/", posts.TagListView.as_view(), name="tag-list"),
    path("tags/<int:id>/", posts.TagDetailView.as_view(), name="tag-detail"),
    path("users/", accounts.UserListView.as_view(), name="user-list"),
    path("users/me/", accounts.MeView.as_view(), name="user-me"),
    path("users/<int:id>/", accounts.UserDetailView.as_view(), name="user-detail"),
]

urlpatterns = [
    path("v1/", include((v1, "v1"))),
    path("", include((v1, "current"))),
    re_path(r"", NowhereView.as_view()),
]
