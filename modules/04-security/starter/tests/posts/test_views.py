"""What people do with posts, categories and tags over HTTP."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from core.choices import CommentStatus
from posts.models import Category, Post, Tag
from tests.factories import CategoryFactory, CommentFactory, PostFactory, TagFactory


def test_a_new_post_is_a_draft_of_whoever_writes(
    api_client: APIClient, contributor_user: User
) -> None:
    CategoryFactory(name="Weather")
    TagFactory(name="Snow")
    sent = {"title": "Hello", "body": "Hi.", "category": "weather", "tags": ["snow"]}
    answer = api_client.post("/api/v1/posts/", sent)
    made = answer.json()
    assert sent.items() <= made.items()
    assert (made["status"], made["published_at"]) == ("draft", None)
    assert (made["author"], made["slug"]) == (contributor_user.username, "hello")
    assert api_client.get(answer["Location"]).json() == made


def test_nobody_says_what_is_not_theirs_to_say(
    api_client: APIClient, contributor_user: User
) -> None:
    forged = {"status": "published", "author": "root", "slug": "mine", "id": 1_000_000}
    answer = api_client.post("/api/v1/posts/", {"title": "Hello", **forged})
    post = Post.objects.get(pk=answer.json()["id"])
    assert (post.status, post.author, post.slug) == ("draft", contributor_user, "hello")
    assert post.pk != forged["id"]


def test_a_change_leaves_the_rest(api_client: APIClient, editor_user: User) -> None:
    post = PostFactory(title="Hello", category=CategoryFactory())
    post.tags.add(TagFactory())
    address = f"/api/v1/posts/{post.pk}/"
    before = api_client.get(address).json()
    after = api_client.patch(address, {"title": "Bye"}).json()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"title", "updated_at"}
    cleared = api_client.patch(address, {"category": None, "tags": []}).json()
    assert (cleared["category"], cleared["tags"]) == (None, [])


def test_a_post_without_text_is_not_published(
    api_client: APIClient, editor_user: User
) -> None:
    post = PostFactory(body="")
    answer = api_client.post(f"/api/v1/posts/{post.pk}/publish/")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/body"


def test_there_and_back_again(api_client: APIClient, editor_user: User) -> None:
    address = f"/api/v1/posts/{PostFactory().pk}/"
    states = [
        api_client.post(f"{address}{action}/").json()["status"]
        for action in ("publish", "unpublish", "unpublish", "publish")
    ]
    assert states == ["published", "archived", "archived", "published"]


@pytest.mark.parametrize("action", ["publish", "unpublish"])
def test_what_has_been_done_already_changes_nothing(
    action: str, api_client: APIClient, editor_user: User
) -> None:
    address = f"/api/v1/posts/{PostFactory(out=True).pk}/"
    api_client.post(f"{address}{action}/")
    before = api_client.get(address)
    again = api_client.post(f"{address}{action}/")
    assert again.status_code == 200
    after = api_client.get(address)
    assert after.json() == again.json() == before.json()
    assert after.headers["ETag"] == before.headers["ETag"]


def test_lists_count_and_leave_the_text_out(api_client: APIClient) -> None:
    post = PostFactory(out=True, category=CategoryFactory())
    CommentFactory(post=post)
    CommentFactory(post=post, status=CommentStatus.APPROVED)
    [listed] = api_client.get("/api/v1/posts/").json()["results"]
    assert listed["comment_count"] == 1
    assert "body" not in listed
    [category] = api_client.get("/api/v1/categories/").json()["results"]
    assert category["post_count"] == 1


@pytest.mark.parametrize(("model", "path"), [(Category, "categories"), (Tag, "tags")])
def test_labels_keep_their_address(
    model: type[Category | Tag], path: str, api_client: APIClient, editor_user: User
) -> None:
    made = api_client.post(f"/api/v1/{path}/", {"name": "Snow"}).json()
    address = f"/api/v1/{path}/{made['id']}/"
    assert api_client.patch(address, {"name": "Ice"}).json()["slug"] == "snow"
    assert api_client.patch(address, {"name": "ICE"}).status_code == 200
    assert api_client.delete(address).status_code == 204
    assert not model.objects.exists()
