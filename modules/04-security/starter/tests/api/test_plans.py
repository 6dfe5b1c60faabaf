"""How PostgreSQL finds the pages of lists: not by reading, joining or sorting all that there is."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.roles import Role
from posts.choices import PostStatus
from posts.models import Post
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL"),
]

LARGE = {"posts_post", "comments_comment"}
# A page is 20 rows, and one more shows whether there is another page.
SORTED_AT_MOST = 200
# Enough for PostgreSQL to prefer an index to reading all, and made in seconds.
POSTS, COMMENTS = 5_000, 50_000


class Node(NamedTuple):
    """A step of a plan: what it does, on which table, and how many rows it was fed."""

    kind: str
    table: str
    fed: float


def steps(plan: dict[str, Any]) -> Iterator[Node]:
    """The steps of a plan, from the outermost one."""
    inner = plan.get("Plans", [])
    fed = sum(part["Actual Rows"] * part["Actual Loops"] for part in inner)
    yield Node(plan["Node Type"], plan.get("Relation Name", ""), fed)
    for part in inner:
        yield from steps(part)


def slow_steps(client: APIClient, address: str) -> list[str]:
    """The steps that grow with the table, of all queries of a list but that of its count."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    found = []
    for query in [one["sql"] for one in captured.captured_queries]:
        if not query.startswith("SELECT") or query.startswith("SELECT COUNT(*)"):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}".replace("%", "%%"))
            (explained,) = cursor.fetchone() or ("[]",)
        plans = json.loads(explained) if isinstance(explained, str) else explained
        for node in steps(plans[0]["Plan"]):
            reads_all = node.kind == "Seq Scan" and node.table in LARGE
            sorts_much = "Sort" in node.kind and node.fed > SORTED_AT_MOST
            if reads_all or sorts_much:
                found.append(f"{address}: {node}")
    return found


def test_no_page_costs_more_the_more_there_is() -> None:
    call_command("make_sample_data", posts=POSTS, comments=COMMENTS, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    post = Post.objects.filter(status=PostStatus.PUBLISHED).order_by("-pk")[1000]
    moment = f"{post.published_at:%Y-%m-%dT%H:%M:%SZ}"
    posts = ["", "author=author-7", "category=category-3", "tag=tag-5"]
    posts += ["status=published", f"published_after={moment}"]
    posts += [f"published_before={moment}", "page=5"]
    comments = ["", f"post={post.pk}", "author=reader-7", "status=approved"]
    addresses = [f"/api/v1/posts/?{query}" for query in posts]
    addresses += [f"/api/v1/comments/?{query}" for query in comments]
    found = []
    for role in (None, Role.EDITOR, Role.CONTRIBUTOR):
        client = APIClient()
        if role is not None:
            client.force_login(UserFactory(role=role))
        for address in addresses:
            found += [f"{role}: {slow}" for slow in slow_steps(client, address)]
    assert found == []
