# FILE SOLUTION 05
"""People at once, for locust: most read, some search, a few log in and comment; all stop to think.

`LOAD_USERNAME` and `LOAD_PASSWORD` name the account that comments; without it everybody only reads.
`LOAD_P95_MS`: locust ends with 1 if for any kind of request but a log-in, which is slow on purpose
(the hash of a password), the 95th percentile is higher.
"""

# ruff: noqa: S311  whose turn it is is no secret

import itertools
import os
import random
from typing import Any
from uuid import uuid4

from locust import FastHttpUser, between, events, task

API = "/api/v1"
PAGES = range(1, 20)
LOG_IN = "log in"
NUMBERS = itertools.count(1)
USERNAME, PASSWORD = (
    os.environ.get(f"LOAD_{name}", "") for name in ("USERNAME", "PASSWORD")
)
LIMIT_MS = float(os.environ.get("LOAD_P95_MS") or "inf")


class Reader(FastHttpUser):
    """Somebody without an account."""

    weight = 15
    wait_time = between(1, 3)

    def on_start(self) -> None:
        """See what there is to choose from."""
        with self.client.get(
            f"{API}/categories/", name="categories", catch_response=True
        ) as answer:
            self.categories = [each["slug"] for each in answer.json()["results"]] or [
                ""
            ]

    @task(4)
    def leaf(self) -> None:
        """Read the list, at some page."""
        self.client.get(f"{API}/posts/?page={random.choice(PAGES)}", name="posts")

    @task(4)
    def read(self) -> None:
        """Read one post and what is said about it."""
        post = _some_post(self, f"page={random.choice(PAGES)}")
        self.client.get(f"{API}/posts/{post}/", name="post")
        self.client.get(f"{API}/comments/?post={post}", name="comments of a post")

    @task(1)
    def search(self) -> None:
        """Look for a number in one category."""
        category = random.choice(self.categories)
        number = random.randrange(1000)
        self.client.get(
            f"{API}/posts/?search={number}&category={category}", name="search"
        )


class Writer(FastHttpUser):
    """Somebody who logs in once and then comments."""

    weight = 5
    abstract = not USERNAME  # then nobody is one
    wait_time = between(1, 3)

    def on_start(self) -> None:
        """Log in."""
        sent = {"username": USERNAME, "password": PASSWORD}
        with self.client.post(
            f"{API}/auth/login/", name=LOG_IN, json=sent, catch_response=True
        ) as answer:
            self.client.default_headers = {
                "Authorization": f"Bearer {answer.json()['access']}"
            }

    @task
    def comment(self) -> None:
        """Comment on a post that is out."""
        sent = {
            "post": _some_post(self, "status=published"),
            "body": f"Comment {next(NUMBERS)}.",
        }
        headers = {**self.client.default_headers, "Idempotency-Key": str(uuid4())}
        self.client.post(f"{API}/comments/", json=sent, headers=headers, name="comment")


def _some_post(user: FastHttpUser, query: str) -> int:
    """The id of a post on a page of the list."""
    with user.client.get(
        f"{API}/posts/?{query}", name="posts", catch_response=True
    ) as answer:
        return int(random.choice(answer.json()["results"])["id"])


@events.quitting.add_listener
def judge(environment: Any, **_: Any) -> None:
    """Let locust end with 1 if requests failed or one kind of them was slow."""
    kinds = [kind for kind in environment.stats.entries.values() if kind.name != LOG_IN]
    slow = [
        kind.name
        for kind in kinds
        if kind.get_response_time_percentile(0.95) > LIMIT_MS
    ]
    if slow or environment.stats.total.num_failures:
        environment.process_exit_code = 1
